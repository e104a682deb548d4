using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private const int MostReported = 100;

    /// <summary>How nodes fare: use, bottlenecks, predictions 30 minutes ahead, suggestions.</summary>
    /// <param name="node">This one; null for all that have told anything.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="GranaryException">NotFound; Unavailable: the node named has told nothing.</exception>
    public async Task<IReadOnlyList<UseReportJson>> ProfileSystemAsync(string? node = null, CancellationToken ct = default)
    {
        if (node is not null) return await ReportAsync(node, [], ct);
        var reports = new List<UseReportJson>();
        foreach (var view in await NodesAsync(ct)) reports.AddRange(await KnownReportAsync(view.Spec.Name, [], ct));
        return reports;
    }

    /// <summary>The same of a part of what runs: of one task, of an agent's tasks, or of a service, which is the running tasks of that name or with the label <c>service</c>; of 100 at most.</summary>
    /// <param name="module">What it is of.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="GranaryException">NotFound: nothing of it runs; Refused: the task does not run.</exception>
    public async Task<IReadOnlyList<UseReportJson>> ProfileModuleAsync(ProfiledModule module, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (module.Task is { } task)
        {
            var view = await GetAsync(task, ct);
            return view.State == TaskState.Running ? await ReportAsync(view.Node, [task], ct) : throw GranaryException.Refused($"task {task} does not run ({view.State}): only what runs can be profiled");
        }
        var found = new Dictionary<TaskId, TaskView>();
        foreach (var pool in await PoolNamesAsync(ct))
            foreach (var query in module.Queries(MostReported))
            {
                var left = MostReported;
                await foreach (var view in ListAsync(pool, query, ct))
                {
                    if (view.Node.Length > 0 && found.Count < MostReported) found.TryAdd(view.Id, view);
                    if (--left == 0) break;
                }
            }
        if (found.Count == 0) throw GranaryException.NotFound($"nothing of {module} runs");
        var reports = new List<UseReportJson>();
        foreach (var group in found.Values.GroupBy(t => t.Node, StringComparer.Ordinal)) reports.AddRange(await KnownReportAsync(group.Key, [.. group.Select(t => t.Id)], ct));
        return reports;
    }

    // a node that has told nothing has no report
    private async Task<IReadOnlyList<UseReportJson>> KnownReportAsync(string node, IReadOnlyList<TaskId> tasks, CancellationToken ct)
    {
        try
        {
            return await ReportAsync(node, tasks, ct);
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Unavailable)
        {
            return [];
        }
    }
}
