namespace Granary.Cli.Output;

/// <summary>One column of a table.</summary>
/// <param name="Header">Upper case.</param>
/// <param name="Cell">One line of text; <c>-</c> is written for an empty one.</param>
/// <param name="Wide">Only shown by <c>-o wide</c>.</param>
/// <param name="Tone">Colour on a terminal.</param>
internal sealed record Column<T>(string Header, Func<T, string> Cell, bool Wide = false, Func<T, Tone>? Tone = null);

/// <summary>What a colour says, never the only place that says it.</summary>
internal enum Tone
{
    Plain,
    Good,
    Busy,
    Warn,
    Bad,
    Dim,
}

internal static class Tones
{
    public const string Reset = "\u001b[0m";

    /// <summary>The terminal's own palette (SGR 31 to 36, 2), so that it suits any theme.</summary>
    public static string Code(this Tone tone) => tone switch
    {
        Tone.Good => "\u001b[32m",
        Tone.Busy => "\u001b[36m",
        Tone.Warn => "\u001b[33m",
        Tone.Bad => "\u001b[31m",
        Tone.Dim => "\u001b[2m",
        _ => "",
    };

    public static string Paint(this Tone tone, string text, bool color) =>
        color && tone != Tone.Plain && text.Length > 0 ? tone.Code() + text + Reset : text;
}
