using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>What is wrong with a fleet by itself, and else what this server says against it; empty when it can be applied.</summary>
    public async Task<IReadOnlyList<FleetProblem>> CheckAsync(FleetSpec fleet, CancellationToken ct = default)
    {
        var problems = FleetRules.Check(fleet);
        return problems.Count > 0 ? problems : await new FleetCheck(this, fleet.Named()).RunAsync(ct);
    }

    /// <summary>
    /// Declares the fleet's pools, groups, agents and nodes and submits its tasks. When anything is wrong with it nothing is applied. The tasks of one pool
    /// are admitted all or none, except those of fleets so large that they take several messages.
    /// </summary>
    /// <param name="fleet">From <see cref="FleetFile"/>, or built in code.</param>
    /// <param name="operationId">Up to 40 characters; applying again with it, after this failed half-way, admits nothing twice. Null for a new one.</param>
    /// <param name="ct">Stops waiting; part of the fleet may be applied then.</param>
    /// <exception cref="GranaryException">Invalid, or Refused when only this server's state is against it, with a line for each problem.</exception>
    public async Task<AppliedFleet> ApplyAsync(FleetSpec fleet, string? operationId = null, CancellationToken ct = default)
    {
        if (operationId is { Length: 0 or > 40 }) throw GranaryException.Invalid("the operation id must have 1 to 40 characters");
        Refuse(FleetRules.Check(fleet), ErrorCode.Invalid);
        fleet = fleet.Named();
        Refuse(await new FleetCheck(this, fleet).RunAsync(ct), ErrorCode.Refused);

        var request = new ApplyRequest(fleet.Pools, fleet.Agents, fleet.Nodes, fleet.Groups);
        var declared = await _calls.CallAsync(() => DirectoryGrain.Apply(request), ct, patient: true);
        var reserved = await FleetReservations.MakeAsync(this, fleet, ct);
        var after = SubmitPlan.After(fleet);
        var ids = new TaskIdRange[fleet.Tasks.Count];
        var (rejected, notes) = (new List<RejectedTask>(), new List<string>(reserved.Notes));
        var operation = operationId ?? Guid.NewGuid().ToString("N");
        var part = 0;
        var names = DependencyRules.Positions(fleet);
        foreach (var batch in SubmitPlan.Of(fleet))
        {
            var submitted = await SubmitManyAsync(Items(fleet, names, batch, after, ids), batch.Pool, $"{operation}-{part++}", ct);
            for (var i = 0; i < batch.Tasks.Count; i++) ids[batch.Tasks[i]] = submitted.IdsOf(i);
            rejected.AddRange(submitted.Rejected);
            notes.AddRange(submitted.Notes);
        }
        return new AppliedFleet
        {
            Declared = declared,
            Tasks = fleet.Tasks.Select((t, i) => (t.Spec.Name, Ids: (IReadOnlyList<TaskId>)ids[i])).ToDictionary(t => t.Name, t => t.Ids, StringComparer.Ordinal),
            Rejected = rejected,
            Reservations = reserved.Made,
            RefusedReservations = reserved.Refused,
            Notes = [.. notes.Distinct(StringComparer.Ordinal)],
            Ids = [.. ids.SelectMany(i => i)],
        };
    }

    /// <summary>Positions for what is in the same message, ids for what an earlier one admitted.</summary>
    private static List<SubmitItem> Items(
        FleetSpec fleet, Dictionary<string, int> names, PlannedBatch batch, int[][] after, TaskIdRange?[] ids)
    {
        var position = batch.Tasks.Select((task, i) => (task, i)).ToDictionary(p => p.task, p => p.i);
        var items = new List<SubmitItem>(batch.Tasks.Count);
        foreach (var index in batch.Tasks)
        {
            var task = fleet.Tasks[index];
            var here = after[index].Where(position.ContainsKey).Select(on => position[on]).ToList();
            var earlier = after[index].Where(on => !position.ContainsKey(on)).SelectMany(on => ids[on]!).ToList();
            foreach (var name in task.After)
                if (!names.ContainsKey(name) && TaskId.TryParse(name, out var id)) earlier.Add(id);
            items.Add(new SubmitItem(task.Spec, task.Count, earlier.Count == 0 ? null : earlier, here.Count == 0 ? null : here));
        }
        return items;
    }

    private static void Refuse(IReadOnlyList<FleetProblem> problems, ErrorCode code)
    {
        if (problems.Count == 0) return;
        var more = problems.Count > FleetFile.MaxProblems ? $"\nand {problems.Count - FleetFile.MaxProblems} more" : "";
        throw new GranaryException(code, string.Join('\n', problems.Take(FleetFile.MaxProblems)) + more);
    }
}
