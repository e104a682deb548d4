using Granary.Cli.Output;

namespace Granary.Cli.Tests.Output;

public sealed class TableWriterTests
{
    private static readonly Column<(string Name, int N)>[] Columns =
    [
        new("NAME", r => r.Name, Tone: r => r.N > 9 ? Tone.Bad : Tone.Plain),
        new("N", r => r.N.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        new("LAST", r => r.N > 9 ? "many" : ""),
    ];

    private static readonly (string, int)[] Rows = [("a", 1), ("longer-name", 12)];

    [Fact]
    public void Cells_are_left_aligned_and_lines_end_without_spaces() => Assert.Equal(
        [
            "NAME          N    LAST",
            "a             1    -",
            "longer-name   12   many",
        ],
        TableWriter.Lines(Rows, Columns, headers: true, color: false));

    [Fact]
    public void Without_headers_columns_are_as_wide_as_their_cells() => Assert.Equal(
        ["a             1    -", "longer-name   12   many"],
        TableWriter.Lines(Rows, Columns, headers: false, color: false));

    [Fact]
    public void Colour_does_not_shift_columns() => Assert.Equal(
        "\u001b[31mlonger-name\u001b[0m   12   many",
        TableWriter.Lines(Rows, Columns, headers: true, color: true)[2]);

    [Theory]
    [InlineData("a\nb", "a b")]
    [InlineData("\u001b[2Jgone", " [2Jgone")]
    public void Control_characters_cannot_drive_the_terminal(string text, string shown) =>
        Assert.Equal(shown, TableWriter.Lines<string>([text], [new("X", t => t)], headers: false, color: true)[0]);
}
