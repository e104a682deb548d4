using System.Reflection;
using System.Text;
using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>The README's example of the SDK is this project's <c>ReadmeExample.cs</c>, word for word, and it runs.</summary>
public class ReadmeTests
{
    [Fact]
    public void The_readme_shows_the_example_as_it_is_compiled()
    {
        var root = Root();
        var readme = Path.Combine(root, "README.md");
        Assert.SkipUnless(File.Exists(readme), "there is no README.md yet");
        var shown = Blocks(File.ReadAllText(readme), "```csharp");
        Assert.SkipUnless(shown.Count > 0, "README.md shows no C# yet");
        Assert.Contains(Example(root), shown);
    }

    [Fact]
    public async Task The_example_runs()
    {
        var (world, port) = (FakeCluster.Create(), FreePort.Next());
        await using var server = await TestServer.StartAsync(world, port);
        var written = new StringWriter();
        world.Pool().Outputs[1] = new FakeOutput { Out = "hello from n1\n" };
        // What is submitted ends by itself: the first when it is waited for, the last when the rest has been admitted.
        world.Pool().Submitted = batch => world.Pool().Move(world.Pool().Tasks.Keys.Max(), TaskState.Succeeded);
        await ReadmeExample.RunAsync(
            new GranaryClientOptions { Server = $"127.0.0.1:{port}", Token = TestServer.Token, ConnectTimeout = TimeSpan.FromSeconds(30), WatchPoll = TimeSpan.FromMilliseconds(500) },
            TextWriter.Synchronized(written)).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.StartsWith($"default/1 Succeeded{Environment.NewLine}hello from n1\n", written.ToString(), StringComparison.Ordinal);
        Assert.Equal(102, world.Pool().Tasks.Count);
        Assert.Equal(100, world.Pool().Tasks.Values.Count(t => t.State == TaskState.Cancelled));
    }

    private static string Example(string root)
    {
        var lines = File.ReadAllLines(Path.Combine(root, "tests", "Granary.Client.Tests", "ReadmeExample.cs"));
        var (begin, end) = (Array.FindIndex(lines, l => l.Trim() == "// README-BEGIN"), Array.FindIndex(lines, l => l.Trim() == "// README-END"));
        var indent = lines[begin].Length - lines[begin].TrimStart().Length;
        var text = new StringBuilder();
        foreach (var line in lines[(begin + 1)..end]) text.Append(line.Length > indent ? line[indent..] : line.Trim()).Append('\n');
        return text.ToString();
    }

    private static List<string> Blocks(string markdown, string fence)
    {
        var blocks = new List<string>();
        StringBuilder? block = null;
        foreach (var line in markdown.ReplaceLineEndings("\n").Split('\n'))
        {
            if (block is null)
            {
                if (line == fence) block = new StringBuilder();
            }
            else if (line == "```")
            {
                blocks.Add(block.ToString());
                block = null;
            }
            else
            {
                block.Append(line).Append('\n');
            }
        }
        return blocks;
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Orleans.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
