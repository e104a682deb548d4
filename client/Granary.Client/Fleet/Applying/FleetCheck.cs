using Granary.Model;

namespace Granary.Client;

/// <summary>What of a fleet only the server can judge: pools it names, tasks it waits for, nodes that could hold its requests.</summary>
internal sealed class FleetCheck(GranaryClient client, FleetSpec fleet)
{
    private readonly FleetProblems _problems = new(fleet.Lines?.File ?? "");
    private readonly PartLines _lines = new(fleet.Lines);

    public async Task<IReadOnlyList<FleetProblem>> RunAsync(CancellationToken ct)
    {
        var pools = await client.PoolNamesAsync(ct);
        Pools([.. pools, .. fleet.Pools.Select(p => p.Name), TaskId.DefaultPool]);
        await EarlierTasksAsync([.. pools], ct);
        await CapacityAsync(ct);
        return _problems.First(int.MaxValue);
    }

    private void Pools(HashSet<string> known)
    {
        for (var i = 0; i < fleet.Nodes.Count; i++) Known(fleet.Nodes[i].Pool, _lines.Node(i));
        for (var i = 0; i < fleet.Reservations.Count; i++) Known(fleet.Reservations[i].Pool, _lines.Reservation(i));
        for (var i = 0; i < fleet.Tasks.Count; i++) Known(fleet.Tasks[i].Pool, _lines.Task(i));

        void Known(string pool, int line)
        {
            if (known.Contains(pool)) return;
            var hint = Suggestions.For(pool, known) is { } meant ? $"did you mean '{meant}'?" : $"declare it: pools: [{{ name: {pool} }}]";
            _problems.Add(line, $"there is no pool '{Quoting.Clip(pool)}', here or at the server; {hint}");
        }
    }

    /// <summary>Tasks outside the fleet that it waits for must exist and be able to succeed.</summary>
    private async Task EarlierTasksAsync(HashSet<string> pools, CancellationToken ct)
    {
        var byName = DependencyRules.Positions(fleet);
        var waits = new List<(TaskId Id, int Task)>();
        for (var i = 0; i < fleet.Tasks.Count; i++)
            foreach (var name in fleet.Tasks[i].After)
                if (!byName.ContainsKey(name) && TaskId.TryParse(name, out var id)) waits.Add((id, i));
        var views = new Dictionary<TaskId, TaskView>();
        foreach (var pool in waits.Where(w => pools.Contains(w.Id.Pool)).GroupBy(w => w.Id.Pool, StringComparer.Ordinal))
            foreach (var view in await client.ReadAsync(pool.Key, [.. pool.Select(w => w.Id.Number).Distinct()], ct)) views[view.Id] = view;
        foreach (var (id, task) in waits)
        {
            var title = $"task '{Quoting.Clip(fleet.Tasks[task].Spec.Name)}' waits for {id}";
            if (!views.TryGetValue(id, out var view))
                _problems.Add(_lines.Task(task), $"{title}, which does not exist; 'granary tasks' lists what there is");
            else if (view.State.IsFinal() && view.State != TaskState.Succeeded)
                _problems.Add(_lines.Task(task), $"{title}, which ended as {view.State}; it would wait for ever");
        }
    }

    private async Task CapacityAsync(CancellationToken ct)
    {
        if (fleet.Tasks.All(t => t.Spec.Resources.IsZero)) return;
        var declared = fleet.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        // A declaration in the fleet replaces what the server knows of that node, unless it leaves the capacity to the node's agent.
        var nodes = (await client.NodesAsync(ct)).Select(n => n.Spec).ToDictionary(n => n.Name, StringComparer.Ordinal);
        foreach (var node in declared.Values)
            nodes[node.Name] = node.Capacity.IsZero && nodes.TryGetValue(node.Name, out var now) ? node with { Capacity = now.Capacity } : node;
        CapacityRules.Check(fleet, nodes.Values, _lines, _problems);
    }
}
