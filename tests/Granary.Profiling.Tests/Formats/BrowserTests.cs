using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Granary.Profiling.Tests;

/// <summary>The pages in a real browser, where there is one: what their script draws under their own policy.</summary>
public sealed class BrowserTests
{
    private static readonly string? Browser = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .SelectMany(d => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(n => Path.Combine(d, n))).FirstOrDefault(File.Exists);

    [Fact]
    public async Task The_script_draws_the_differential_flame_graph_and_its_table()
    {
        Assert.SkipWhen(Browser is null, "no Chromium is installed here");
        var (before, after) = (FoldedStacks.Read("before", "main;old 50\nmain;same 10\n"), FoldedStacks.Read("after", "main;new 30\nmain;same 10\n"));
        var page = await DomAsync(ProfilePage.Of(ProfileDifference.Of(before, after)));
        Assert.SkipWhen(page.Length == 0, "the browser that is installed does not run here");
        var flame = Regex.Match(page, "<svg id=\"flame\".*?</svg>", RegexOptions.Singleline).Value;
        Assert.Equal(4, Regex.Count(flame, "<rect ")); // all, main, new, same: what has gone has no width
        Assert.Contains(">new</text>", flame, StringComparison.Ordinal);
        Assert.DoesNotContain(">old</text>", flame, StringComparison.Ordinal);
        var rows = Regex.Matches(Regex.Match(page, "<tbody id=\"hot\">.*?</tbody>", RegexOptions.Singleline).Value, "<td class=\"code\">(.*?)</td>").Select(m => m.Groups[1].Value);
        Assert.Equal(["old", "new", "same"], rows);
        Assert.Contains("-83.3%", page, StringComparison.Ordinal); // 50 of the 60 before
    }

    private static async Task<string> DomAsync(string html)
    {
        var directory = Directory.CreateTempSubdirectory("granary-page-").FullName;
        try
        {
            var file = Path.Combine(directory, "page.html");
            await File.WriteAllTextAsync(file, html);
            using var process = Process.Start(new ProcessStartInfo(Browser!,
                ["--headless=new", "--no-sandbox", "--disable-gpu", $"--user-data-dir={directory}/profile", "--virtual-time-budget=5000", "--dump-dom", $"file://{file}"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _ = process.StandardError.ReadToEndAsync();
            var page = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            return page;
        }
        finally
        {
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (IOException)
            {
                // a process of the browser still writes there
            }
        }
    }
}
