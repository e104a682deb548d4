using Granary.Model;
using Granary.Scheduling.Placement.Filters;
using Granary.Scheduling.Placement.Scoring;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>How many candidates an explanation names.</summary>
    private const int NamedCandidates = 5;

    /// <summary>Where a live task may go and why, all nodes looked at; for one that has a node, how that was chosen, as far as it is remembered. Null when it is not live.</summary>
    public PlacementExplanation? ExplainPlacement(long number, long now)
    {
        if (_tasks.Find(number) is not { } task) return null;
        return task.State == TaskState.Queued ? ExplainCandidates(task, now) : ExplainChosen(task);
    }

    private PlacementExplanation ExplainChosen(TaskEntry task)
    {
        var chosen = new PlacementExplanation { Nodes = _capacity.Nodes.Count, Node = task.Node?.Spec.Name ?? "" };
        if (_placements.Find(task.Number) is not { } entry || entry.Token != task.Token) return chosen with { Note = "how it was placed is not remembered any more" };
        chosen = chosen with { Scores = entry.Scorer };
        if (entry.Choice.Considered == 0) return chosen with { Note = "the tightest node that had room" + SpareNote(task) };
        var runnerUp = entry.Choice.RunnerUp >= 0 ? $"; next best was {_capacity.Nodes[entry.Choice.RunnerUp].Spec.Name}" : "";
        return chosen with { Note = FormattableString.Invariant($"the best of {entry.Choice.Considered} nodes looked at, with {entry.Choice.Total:0.####}{runnerUp}{SpareNote(task)}") };
    }

    private PlacementExplanation ExplainCandidates(TaskEntry task, long now)
    {
        var counts = new List<(string Filter, int Nodes)>();
        var left = new List<NodeCandidate>();
        var request = RequestOf(task, now);
        foreach (var node in _capacity.Nodes)
        {
            if (FirstFilter(task, node, request, now) is not { } filter)
            {
                left.Add(CandidateOf(task, node));
                continue;
            }
            var at = counts.FindIndex(c => c.Filter == filter);
            if (at < 0) counts.Add((filter, 1));
            else counts[at] = (filter, counts[at].Nodes + 1);
        }
        _refusals = 0;
        var choice = _choice;
        var winner = left.Count == 0 ? null : Choose(task, now);
        _choice = choice;
        return new PlacementExplanation
        {
            Scores = _scorer.Name,
            Nodes = _capacity.Nodes.Count,
            Filtered = [.. counts.OrderBy(c => Array.IndexOf(FilterOrder, c.Filter.Split(' ')[0]) is var i and >= 0 ? i : FilterOrder.Length).Select(c => new FilterCount(c.Filter, c.Nodes))],
            Candidates = Scored(task, request, [.. left]),
            Node = winner?.Spec.Name ?? "",
            Note = winner is not null && ShouldWait(task, winner, now) ? "it waits: a node that is expected soon is predicted to finish it earlier" : "",
        };
    }

    private static readonly string[] FilterOrder = [FilterNames.Ready, FilterNames.Labels, FilterNames.Room, FilterNames.Neighbours, FilterNames.Price, FilterNames.GpuMemory, FilterNames.Overcommit, FilterNames.Reservations];

    private string? FirstFilter(TaskEntry task, NodeEntry node, in PlacementRequest request, long now)
    {
        if (node.State != NodeState.Ready) return FilterNames.Ready;
        var shape = task.Item.Shape;
        if (shape.Terms is { } terms && !terms.HasLabels(node.Spec)) return FilterNames.Labels;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (shape.Vector[lane] > node.Free[lane]) return $"{FilterNames.Room} ({_lanes.Name(lane)})";
        return RefusalSafely(task, node, request, now);
    }

    private List<NodeScore> Scored(TaskEntry task, in PlacementRequest request, NodeCandidate[] candidates)
    {
        if (candidates.Length == 0) return [];
        var wishes = task.Item.Shape.Terms is { HasWishes: true };
        var totals = new double[candidates.Length];
        var scorer = _scorer;
        try
        {
            scorer.Best(request, candidates, wishes, totals);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fault(e);
            scorer = Scorer.Of(new PoolSpec { Name = _pool }, _parts, []);
            scorer.Best(request, candidates, wishes, totals);
        }
        var order = Enumerable.Range(0, candidates.Length).OrderByDescending(i => totals[i]).ThenBy(i => candidates[i].Entry.IndexKey).ThenBy(i => candidates[i].Entry.Index);
        return [.. order.Take(NamedCandidates).Select(i =>
        {
            var parts = new Dictionary<string, double>(StringComparer.Ordinal);
            for (var s = 0; s < scorer.Scores.Count; s++) parts[scorer.Scores[s].Name] = scorer.ValueOf(i, s);
            if (wishes) parts["wishes"] = candidates[i].Wishes.Sum;
            return new NodeScore(candidates[i].Spec.Name, totals[i], parts);
        })];
    }
}
