using System.Text.Json;
using Granary.EndToEnd.Tests.Support;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Executors;

/// <summary>Each executor through a real server, as somebody at a terminal uses it.</summary>
public sealed class ExecutorTests
{
    private static readonly string Plugin = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Granary.SampleHandler",
        Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Granary.SampleHandler.dll"));

    [Fact]
    public async Task A_call_is_made_and_judged_by_its_status_and_goes_only_where_the_node_lets_it()
    {
        await using var server = await TestServer.StartAsync();
        var live = $"{server.Http}health/live";
        var id = (await server.RunAsync("submit", "--agent", "a", "--http", live, "--wait")).Expect(0).Lines[0];
        Assert.Contains("\"status\"", (await server.RunAsync("logs", id)).Expect(0).Output, StringComparison.Ordinal);
        var task = await server.JsonAsync("task", id);
        Assert.Equal(("http", "127.0.0.1"), (task.GetProperty("executor").GetString(), task.GetProperty("name").GetString()));
        (await server.RunAsync("submit", "--agent", "a", "--http", $"{server.Http}nothing-here", "--expect", "404", "--wait")).Expect(0);
        (await server.RunAsync("submit", "--agent", "a", "--http", $"{server.Http}nothing-here", "--wait")).ExpectLastError(1, "answered 404", "expected 2xx");
        (await server.RunAsync("submit", "--agent", "a", "--http", "http://192.0.2.7/latest/meta-data", "--wait")).ExpectLastError(1, "this node may not call 192.0.2.7", "Node:HttpHosts allows loopback");
        (await server.RunAsync("submit", "--agent", "a", "--http", "ftp://x/", "--wait")).ExpectError(2, "write http:// or https://");
        (await server.RunAsync("submit", "--agent", "a", "--header", "A=b", "--", "true")).ExpectError(2, "--header belongs to --http");
    }

    [Fact]
    public async Task What_a_header_holds_is_nowhere_to_be_seen()
    {
        await using var server = await TestServer.StartAsync();
        const string Secret = "hunter2hunter2";
        var id = (await server.RunAsync("submit", "--agent", "a", "--http", $"{server.Http}health/live?key={Secret}", "--header", $"Authorization=Bearer {Secret}", "--wait")).Expect(0).Lines[0];
        foreach (string[] look in new[] { new[] { "task", id }, ["task", id, "-o", "json"], ["tasks", "-o", "yaml"], ["logs", id], ["logs", id, "--stderr"], ["explain", id] })
            Assert.DoesNotContain(Secret, (await server.RunAsync(look)).Expect(0).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, server.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_of_a_plug_in_runs_and_a_broken_assembly_costs_a_line()
    {
        await using var server = TestServer.Prepare();
        var plugins = Directory.CreateDirectory(Path.Combine(server.Data, "plugins")).FullName;
        File.Copy(Plugin, Path.Combine(plugins, "count.dll"));
        File.WriteAllText(Path.Combine(plugins, "broken.dll"), "no assembly");
        await server.UpAsync();
        var id = (await server.RunAsync("submit", "--agent", "a", "--handler", "count", "--payload", "one two three\nfour", "--wait")).Expect(0).Lines[0];
        Assert.Equal(["3", "1"], (await server.RunAsync("logs", id)).Expect(0).Lines);
        Assert.Contains("broken.dll: cannot be loaded", server.Said, StringComparison.Ordinal);
        Assert.Contains("handler:count", Executors(await server.JsonAsync("nodes")));
        (await server.RunAsync("submit", "--agent", "a", "--handler", "cuont")).ExpectError(4, "needs the handler 'cuont'", "plugins/");
    }

    [Fact]
    public async Task A_container_lives_through_a_kill_of_its_agent_and_leaves_nothing_behind()
    {
        using var tools = new FakeTools("podman");
        await using var server = TestServer.Prepare();
        server.Environment["PATH"] = $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        server.Environment["GRANARY__Node__Containers"] = "podman";
        await server.UpAsync();
        await Until.TrueAsync(async () => Executors(await server.JsonAsync("nodes")).Contains("podman"), "the node does not offer podman");
        var client = await server.ClientAsync();
        var spec = new TaskSpec
        {
            Agent = "a",
            Name = "boxed",
            Command = ["/bin/sh", "-c", "echo $FLAVOUR $GRANARY_TASK; while [ ! -f go ]; do sleep 0.05; done; exit 7"],
            Environment = new Dictionary<string, string> { ["FLAVOUR"] = "plain cake" },
            Resources = new ResourceSet { CpuMilli = 500, MemoryMiB = 64 },
            KillGrace = TimeSpan.FromMilliseconds(500),
            Terms = new TaskTerms { Action = new() { Container = new ContainerRun { Image = "debian:12", Network = "none" } } },
        };
        var (first, second) = (await client.SubmitAsync(spec), await client.SubmitAsync(spec));
        var work = Path.Combine(server.Data, "tasks", "default", $"{first.Number}", "work");
        var output = Path.Combine(server.Data, "tasks", "default", $"{first.Number}", "stdout");
        await Until.FileAsync(output);
        await Until.FileAsync(output.Replace($"/{first.Number}/", $"/{second.Number}/", StringComparison.Ordinal));
        await server.KillAsync();
        await server.UpAsync();
        File.WriteAllText(Path.Combine(work, "go"), "");
        var ended = await client.WaitAsync(first, Until.Patience);
        Assert.Equal((TaskState.Failed, (int?)7, 1), (ended.State, ended.Exit?.Code, ended.Attempt));
        Assert.Equal($"plain cake {first}\n", await File.ReadAllTextAsync(output));
        Assert.True(await client.CancelAsync(second));
        Assert.Equal(TaskState.Cancelled, (await client.WaitAsync(second, Until.Patience)).State);
        // nothing is left of either, and no value of a variable was on a command line
        Assert.Empty(Directory.GetFiles(tools.State, "*.pid"));
        var run = tools.Calls.First(c => c.StartsWith("podman run", StringComparison.Ordinal));
        foreach (var part in (string[])["--cap-drop ALL", "no-new-privileges", "--memory 64m --memory-swap 64m", "--cpu-shares 512", "--network none", ":/work", ":/checkpoint", "debian:12 /bin/sh"])
            Assert.Contains(part, run, StringComparison.Ordinal);
        Assert.DoesNotContain("plain cake", string.Concat(tools.Calls), StringComparison.Ordinal);
        Assert.Contains(tools.Calls, c => c.StartsWith("podman rm --force --time 0 granary-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_no_node_carries_out_is_refused_and_doctor_says_how_to_get_it()
    {
        await using var server = TestServer.Prepare();
        server.Environment["GRANARY__Node__Containers"] = "off";
        server.Environment["GRANARY__Node__Scopes"] = "false";
        server.Environment["GRANARY__Node__HttpHosts"] = "none";
        await server.UpAsync();
        (await server.RunAsync("submit", "--agent", "a", "--container", "debian:12", "--", "true")).ExpectError(4, "infeasible", "install podman");
        (await server.RunAsync("submit", "--agent", "a", "--scope", "--", "true")).ExpectError(4, "infeasible", "systemd");
        (await server.RunAsync("submit", "--agent", "a", "--http", "http://127.0.0.1/")).ExpectError(4, "infeasible", "Node:HttpHosts");
        Assert.Equal(["manual"], Executors(await server.JsonAsync("nodes")));
        var checks = (await server.RunAsync("doctor", "-o", "json")).Output;
        Assert.Contains("\"containers\"", checks, StringComparison.Ordinal);
        Assert.Contains("\"scopes\"", checks, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_fleet_runs_with_a_person_who_completes_what_is_for_them()
    {
        await using var server = await TestServer.StartAsync();
        var sample = await File.ReadAllTextAsync(Path.Combine(Sources(), "samples", "executors.yaml"));
        var file = server.WriteFile("executors.yaml", sample.Replace("http://127.0.0.1:7410/", server.Http.ToString(), StringComparison.Ordinal));
        var run = server.Start("run", file, "--keep", "--server", server.Gateway);
        var id = "";
        await Until.TrueAsync(async () => (id = (await server.RunAsync("inbox", "-o", "name")).Expect(0).Lines.FirstOrDefault() ?? "").Length > 0, () => $"nothing came to the inbox:\n{run}");
        (await server.RunAsync("complete", id, "--as", "me", "--field", "verdict=maybe")).ExpectError(2, "verdict", "accept|reject");
        (await server.RunAsync("complete", id, "--as", "me", "--field", "verdict=accept", "--note", "looks right")).Expect(0);
        var ended = await run.ExitAsync();
        ended.Expect(0);
        Assert.Equal("{\"verdict\":\"accept\"}", (await server.RunAsync("logs", id)).Expect(0).Output.Trim());
    }

    private static string[] Executors(JsonElement nodes) => [.. nodes[0].GetProperty("executors").EnumerateArray().Select(e => e.GetString()!)];

    private static string Sources()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("no Orleans.sln above the tests");
        return folder.FullName;
    }
}
