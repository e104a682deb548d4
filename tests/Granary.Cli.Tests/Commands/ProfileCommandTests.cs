using System.Text.Json.Nodes;

namespace Granary.Cli.Tests.Commands;

public sealed class ProfileCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-");

    [Fact]
    public async Task This_process_is_profiled_and_written_as_a_page()
    {
        var page = Path.Combine(_directory.FullName, "page.html");
        var result = await new Cli().Run("profile", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), "--for", "500ms", "--mode", "io", "--html", page, "-o", "json");
        Assert.True(result.Code == 0, result.Error);
        var json = JsonNode.Parse(result.Out)!;
        Assert.InRange((double)json["duration_s"]!, 0.4, 30);
        Assert.NotEmpty(json["notes"]!.AsArray().Concat(json["hot"]!.AsArray()));
        Assert.Contains("Content-Security-Policy", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
        Assert.Contains("written to", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changed_is_listed_the_largest_first()
    {
        var (before, after) = (Write("a.folded", "main;old 50\nmain;same 10\n"), Write("b.folded", "main;new 30\nmain;same 10\n"));
        var result = await new Cli().Run("profile", "diff", before, after, "-o", "json");
        Assert.True(result.Code == 0, result.Error);
        var functions = JsonNode.Parse(result.Out)!["functions"]!.AsArray();
        Assert.Equal(["old", "new", "same"], functions.Select(f => (string)f!["function"]!));
        Assert.Equal([-50.0, 30, 0], functions.Select(f => (double)f!["change"]!));
        Assert.Contains("old", (await new Cli().Run("profile", "diff", before, after)).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "has no process here", "profile", "2147483640", "--for", "100ms")]
    [InlineData(2, "--for", "profile", "1", "--for", "1h")]
    [InlineData(2, "--for", "profile", "1", "--for", "soon")]
    [InlineData(2, "--mode", "profile", "1", "--mode", "gpu")]
    [InlineData(5, "no node", "profile", "nowhere")]
    [InlineData(5, "no file", "profile", "diff", "/nonexistent/a", "/nonexistent/b")]
    public async Task What_is_wrong_is_said_in_one_line(int code, string expected, params string[] args)
    {
        var result = await new Cli().Run(args);
        Assert.True(result.Code == code, $"{result.Code}: {result.Error}");
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_profile_is_refused()
    {
        var result = await new Cli().Run("profile", "diff", Write("x", "hello"), Write("y", "{}"));
        Assert.Equal(2, result.Code);
        Assert.Contains("x: line 1", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
