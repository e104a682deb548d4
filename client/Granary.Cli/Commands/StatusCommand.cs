using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>status</c>: server, nodes, pools, queues and recent failures on one screen.</summary>
internal static class StatusCommand
{
    private const int FailuresShown = 5;

    public static Command Create(CommandScope scope) => scope.Does(
        new Command("status", "server, nodes, pools, queues and failures on one screen"),
        (call, cancel) => call.Show(
            async () =>
            {
                var client = await call.Connect(cancel);
                var pools = await client.PoolsAsync(cancel);
                var nodes = await client.NodesAsync(cancel);
                var failures = await Failures(client, pools, cancel);
                if (call.Format is OutputFormat.Json or OutputFormat.Yaml) call.Document(Document(pools, nodes, failures));
                else if (call.Format == OutputFormat.Name) foreach (var pool in pools) call.Out.WriteLine(pool.Spec.Name);
                else Write(call, pools, nodes, failures);
                return ExitCodes.Done;
            },
            cancel));

    private static async Task<List<TaskView>> Failures(GranaryClient client, IReadOnlyList<PoolView> pools, CancellationToken cancel)
    {
        var query = new TaskQuery { States = [TaskState.Failed, TaskState.Lost], Limit = FailuresShown };
        var failures = new List<TaskView>();
        foreach (var pool in pools.Where(p => p.Failed + p.Lost > 0))
        {
            var read = 0;
            await foreach (var task in client.ListAsync(pool.Spec.Name, query, cancel))
            {
                failures.Add(task);
                if (++read == FailuresShown) break;
            }
        }
        return [.. failures.OrderByDescending(t => t.Finished).Take(FailuresShown)];
    }

    private static void Write(Call call, IReadOnlyList<PoolView> pools, IReadOnlyList<NodeView> nodes, List<TaskView> failures)
    {
        var @out = call.Out;
        var record = call.Server is null && string.IsNullOrEmpty(call.Surroundings.Environment(GranaryClientOptions.ServerVariable)) ? new LocalServer().ReadAlive() : null;
        @out.WriteLine(record is null
            ? $"server   {call.Server ?? call.Surroundings.Environment(GranaryClientOptions.ServerVariable) ?? "local"}"
            : $"server   {record.Gateway}, process {record.Pid}, version {record.Version}, host {record.Host}, {record.Http}");
        var ready = nodes.Count(n => n.State == NodeState.Ready);
        @out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"nodes    {ready} of {nodes.Count} ready{Odd(nodes)}"));
        @out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"tasks    {pools.Sum(p => p.Running + p.Placed)} running, {pools.Sum(p => p.Queued)} queued, {pools.Sum(p => p.Succeeded)} succeeded, {pools.Sum(p => p.Failed + p.Lost)} failed, {pools.Sum(p => p.Cancelled)} cancelled, {pools.Sum(p => p.Rejected)} refused"));
        var waiting = PoolListing.Waiting(pools.SelectMany(p => p.Waiting).GroupBy(w => w.Key).Select(g => KeyValuePair.Create(g.Key, g.Sum(w => w.Value))));
        if (waiting.Length > 0) @out.WriteLine($"waiting  {waiting}");
        var (kept, missed) = (pools.Sum(p => p.DeadlinesKept), pools.Sum(p => p.DeadlinesMissed));
        if (kept + missed > 0) @out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"deadlines  {kept} kept, {missed} missed"));
        @out.WriteLine();
        call.Write(pools, PoolListing.At(call.Now));
        @out.WriteLine();
        call.Write(nodes, NodeListing.At(call.Now));
        if (failures.Count == 0) return;
        @out.WriteLine();
        @out.WriteLine("last failures:");
        foreach (var task in failures)
            @out.WriteLine($"  {task.Id} {TaskListing.Name(task)} of {task.Spec.Agent}, {Spans.Age(task.Finished, call.Now)} ago: {TaskListing.ReasonOf(task)}");
    }

    private static string Odd(IReadOnlyList<NodeView> nodes)
    {
        var odd = nodes.Where(n => n.State != NodeState.Ready).ToList();
        return odd.Count == 0 ? "" : "; " + string.Join(", ", odd.Take(5).Select(n => $"{n.Spec.Name} is {n.State}")) + (odd.Count > 5 ? ", ..." : "");
    }

    private static JsonObject Document(IReadOnlyList<PoolView> pools, IReadOnlyList<NodeView> nodes, List<TaskView> failures) => new()
    {
        ["pools"] = new JsonArray([.. pools.Select(p => JsonSerializer.SerializeToNode(PoolJson.From(p), GranaryJson.Default.PoolJson))]),
        ["nodes"] = new JsonArray([.. nodes.Select(n => JsonSerializer.SerializeToNode(NodeJson.From(n), GranaryJson.Default.NodeJson))]),
        ["failures"] = new JsonArray([.. failures.Select(t => JsonSerializer.SerializeToNode(TaskJson.From(t), GranaryJson.Default.TaskJson))]),
    };
}
