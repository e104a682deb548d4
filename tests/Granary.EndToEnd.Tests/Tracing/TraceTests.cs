using System.Net.Http.Json;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Tracing;

public sealed class TraceTests
{
    private const string Outer = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static CollectedSpan? Find(OtlpCollector collector, string service, string name) => collector.Spans.FirstOrDefault(s => s.Service == service && s.Name == name);

    [Fact]
    public async Task One_trace_leads_from_the_submission_to_the_exit_through_four_processes()
    {
        await using var collector = new OtlpCollector();
        await using var server = TestServer.Prepare("--no-node");
        foreach (var (key, value) in collector.Settings) server.Environment[key] = value;
        await server.UpAsync();
        await using var node = CliProcess.Start(With(GranaryProgram.StartInfo(Path.Combine(server.Root, "node"), ["node", "--join", server.Gateway, "--name", "n1", "--capacity", "cpu=2,memory=512Mi"]),
            collector.Settings, ("GRANARY_TOKEN", server.Token)));
        var client = await server.ClientAsync();
        await Until.TrueAsync(async () => (await client.NodesAsync()).Any(n => n.State == NodeState.Ready), () => $"the node is not ready:\n{node}");

        // the task is itself a program that traces: it lists tasks by the same command line, below the context in its environment
        string[] environment = [.. collector.Settings.Append(new("GRANARY_TOKEN", server.Token)).Append(new("DOTNET_CLI_HOME", server.Root)).SelectMany(e => new[] { "--env", $"{e.Key}={e.Value}" })];
        await using var submit = CliProcess.Start(With(
            GranaryProgram.StartInfo(server.Data, ["submit", "--agent", "a", "--name", "traced", "--memory", "256Mi", "--wait", .. environment, "--", Dotnet(), GranaryProgram.File, "tasks", "--server", server.Gateway]),
            collector.Settings, ("TRACEPARENT", Outer)));
        (await submit.ExitAsync()).Expect(0);
        await Until.TrueAsync(() => Find(collector, "granary-server", "task exit") is not null && Find(collector, "granary-node", "task run") is not null
            && Find(collector, "granary-cli", "granary tasks") is not null && Find(collector, "granary-cli", "submit") is not null && Find(collector, "granary-server", "pool submit") is not null,
            "spans are missing", TimeSpan.FromSeconds(20));

        CollectedSpan Of(string service, string name) => Find(collector, service, name) ?? throw new InvalidOperationException($"no {service} {name} among:\n{string.Join('\n', collector.Spans)}");
        var command = Of("granary-cli", "granary submit");
        var sent = Of("granary-cli", "submit");
        var admitted = Of("granary-server", "pool submit");
        var placed = Of("granary-server", "task place");
        var run = Of("granary-node", "task run");
        var start = Of("granary-node", "task start");
        var inner = Of("granary-cli", "granary tasks");
        var exit = Of("granary-server", "task exit");
        Assert.All((CollectedSpan[])[command, sent, admitted, placed, run, start, inner, exit], s => Assert.Equal(Outer[3..35], s.Trace));
        Assert.Equal(Outer[36..52], command.Parent);
        Assert.Equal(command.Id, sent.Parent);
        var above = admitted; // spans of the call itself lie between, of its two ends where the host has both
        while (above is not null && above.Parent != sent.Id) above = collector.Spans.FirstOrDefault(s => s.Id == above.Parent);
        Assert.True(above is not null, $"{admitted} is not below {sent} among:\n{string.Join('\n', collector.Spans)}");
        Assert.Equal(admitted.Id, placed.Parent);
        Assert.Equal(placed.Id, run.Parent);
        Assert.Equal(run.Id, start.Parent);
        Assert.Equal(run.Id, inner.Parent);
        Assert.Equal(run.Id, exit.Parent);
        Assert.Equal(("default/1", "n1", "0"), (run.Attributes["granary.task"], run.Attributes["granary.node"], run.Attributes["process.exit.code"]));
        Assert.Equal("Bearer of-the-test", collector.Authorization);

        await Until.TrueAsync(() => Task.FromResult(Sent("granary-server", "granary.submissions") && Sent("granary-server", "granary.commit.duration") && Sent("granary-server", "granary.queue.length")
            && Sent("granary-node", "granary.node.cpu.utilization")), () => $"instruments are missing: {string.Join(", ", collector.Instruments.Keys)}", TimeSpan.FromSeconds(20));
        bool Sent(string service, string instrument) => collector.Instruments.ContainsKey((service, instrument));
    }

    [Fact]
    public async Task A_trace_that_came_by_REST_outlives_the_server_and_a_task_without_one_has_none()
    {
        await using var collector = new OtlpCollector();
        await using var server = TestServer.Prepare("--no-node");
        foreach (var (key, value) in collector.Settings) server.Environment[key] = value;
        await server.UpAsync();
        using var http = new HttpClient { BaseAddress = server.Http };
        http.DefaultRequestHeaders.Add("traceparent", Outer);
        var file = Path.Combine(server.Root, "seen");
        using var reply = await http.PostAsJsonAsync("/api/tasks", new { agent = "a", command = new[] { "sh", "-c", $"echo $TRACEPARENT > {file}" } });
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        await server.KillAsync();

        server.Environment.Clear(); // the next one exports nothing, and still hands on what is kept with the task
        await server.UpAsync();
        await server.JoinAsync("n1");
        var seen = await Until.FileAsync(file);
        Assert.StartsWith(Outer[..36], seen, StringComparison.Ordinal);
        var untraced = Path.Combine(server.Root, "untraced");
        (await server.RunAsync("submit", "--agent", "a", "--wait", "--", "sh", "-c", $"echo [$TRACEPARENT] > {untraced}")).Expect(0);
        Assert.Equal("[]", await Until.FileAsync(untraced));
    }

    private static System.Diagnostics.ProcessStartInfo With(System.Diagnostics.ProcessStartInfo info, IReadOnlyDictionary<string, string> settings, params (string Key, string Value)[] more)
    {
        foreach (var (key, value) in settings) info.Environment[key] = value;
        foreach (var (key, value) in more) info.Environment[key] = value;
        return info;
    }

    private static string Dotnet() => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "dotnet")).First(File.Exists);
}
