using System.Net;
using System.Net.Http.Json;
using System.Text;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Access;

/// <summary>Secrets that a server uses are nowhere but in the file that is theirs.</summary>
public sealed class SecrecyTests
{
    [Fact]
    public async Task Tokens_are_in_no_log_journal_command_line_task_or_metric()
    {
        const string FileToken = "5f0c1e7a-known-to-this-test-alone-9b2d";
        await using var server = TestServer.Prepare("--tls-self-signed");
        server.Environment["GRANARY__Server__LogLevel"] = "Trace";
        server.Environment["GRANARY_TOKEN"] = FileToken;
        await File.WriteAllTextAsync(Path.Combine(server.Data, "token"), FileToken);
        await server.UpAsync();
        Assert.Equal(FileToken, server.Token);
        var made = Assert.Single((await server.RunAsync("token", "create", "--role", "operator")).Expect(0).Lines);

        // a task that shows what it was started with, and stays for a look at it
        var environment = new Dictionary<string, string> { ["GRANARY_TOKEN"] = made };
        (await GranaryProgram.RunAsync(server.Data, ["submit", "--agent", "curious", "--cpu", "10m", "--memory", "16Mi", "--", "sh", "-c", "env; cat /proc/$PPID/environ; sleep 300"], environment)).Expect(0);
        await Until.TrueAsync(
            async () => (await server.RunAsync("logs", "default/1")).Output.Contains("GRANARY_AGENT=curious", StringComparison.Ordinal), () => "the task did not start");
        using var http = Known.Http(server, made);
        Assert.Equal(HttpStatusCode.Created, (await http.PostAsJsonAsync("api/tasks", new { agent = "curious", command = (string[])["true"] })).StatusCode);
        foreach (var path in (string[])["api/tasks", "api/agents", "api/nodes", "api/quota", "api/nothing", "api/tasks/default%2F1/logs", "openapi/v1.json"]) await http.GetAsync(path);
        using var wrong = Known.Http(server, "wrong-" + made);
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("api/tasks")).StatusCode);
        var metrics = await http.GetStringAsync("metrics");
        var settings = await server.RunAsync("config");

        string[] secrets = [FileToken, made];
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(secret, metrics, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, settings.Expect(0).ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, server.Said, StringComparison.Ordinal);
            Assert.Equal([], Files(server.Root, secret).Where(f => f != Path.Combine(server.Data, "token")));
            Assert.Equal([], Processes(secret));
        }
        Assert.Contains("wrong tokens from 127.0.0.1", server.Said, StringComparison.Ordinal);
    }

    /// <summary>Files that hold the secret: journal, snapshots, states, logs, outputs.</summary>
    internal static List<string> Files(string root, string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        var found = new List<string>();
        var looked = 0;
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            if (Path.GetExtension(path) is ".lock" or ".sock") continue; // a lock keeps everybody out and holds a process id; a socket holds nothing
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[file.Length];
            file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (content.AsSpan().IndexOf(bytes) >= 0) found.Add(path);
            looked++;
        }
        Assert.True(looked > 3, $"{looked} files in {root}");
        return found;
    }

    /// <summary>Processes whose command line holds the secret, or tasks whose environment does.</summary>
    private static List<string> Processes(string secret)
    {
        var found = new List<string>();
        var tasks = 0;
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(d => Path.GetFileName(d).All(char.IsAsciiDigit)))
        {
            var (command, environment) = (Read($"{directory}/cmdline"), Read($"{directory}/environ"));
            if (command.Contains(secret, StringComparison.Ordinal)) found.Add(command);
            if (!environment.Contains("GRANARY_AGENT=curious", StringComparison.Ordinal)) continue;
            tasks++;
            if (environment.Contains(secret, StringComparison.Ordinal)) found.Add(command);
        }
        Assert.True(tasks > 0, "no task is there to look at");
        return found;
    }

    /// <summary>Command lines of the machine that hold the secret.</summary>
    internal static List<string> CommandLines(string secret) =>
        [.. Directory.EnumerateDirectories("/proc").Where(d => Path.GetFileName(d).All(char.IsAsciiDigit)).Select(d => Read($"{d}/cmdline")).Where(c => c.Contains(secret, StringComparison.Ordinal))];

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // it has ended, or is somebody else's
        }
    }
}
