using Granary.Model;

namespace Granary.Scheduling.Rebalancing;

/// <summary>A node as a plan sees it.</summary>
/// <param name="Kind">Nodes of one kind are alike.</param>
/// <param name="Used">What leases hold.</param>
/// <param name="Room">What may still be put here: free and not set aside.</param>
internal sealed record BalanceNode(string Name, string Kind, ResourceVector Capacity, ResourceVector Used, ResourceVector Room);

/// <summary>A lease as a plan sees it.</summary>
/// <param name="Rank">Higher is more important.</param>
/// <param name="Movable">It may be stopped and started elsewhere.</param>
/// <param name="LostSeconds">What a move costs.</param>
internal sealed record BalanceTask(long Number, int Node, ResourceVector Vector, long Rank, bool Movable, double LostSeconds);

/// <summary>One step of a plan.</summary>
internal readonly record struct BalanceMove(int Task, int From, int To, string Why);

/// <summary>Where tasks would be after the moves made so far. Each move needs room at its target while the source still holds the task, as it will when applied.</summary>
internal sealed class BalanceState
{
    private readonly Func<BalanceTask, BalanceNode, bool> _mayRun;
    private readonly ResourceVector[] _used;
    private readonly ResourceVector[] _room;
    private readonly int[] _at;

    public BalanceState(IReadOnlyList<BalanceNode> nodes, IReadOnlyList<BalanceTask> tasks, Func<BalanceTask, BalanceNode, bool> mayRun)
    {
        (Nodes, Tasks, _mayRun) = (nodes, tasks, mayRun);
        _used = [.. nodes.Select(n => n.Used)];
        _room = [.. nodes.Select(n => n.Room)];
        _at = [.. tasks.Select(t => t.Node)];
    }

    public IReadOnlyList<BalanceNode> Nodes { get; }

    public IReadOnlyList<BalanceTask> Tasks { get; }

    public List<BalanceMove> Moves { get; } = [];

    /// <summary>Where a task is now.</summary>
    public int At(int task) => _at[task];

    public IEnumerable<int> On(int node) => Enumerable.Range(0, Tasks.Count).Where(t => _at[t] == node);

    public bool MayMove(int task, int to) => Tasks[task].Movable && _at[task] != to && Tasks[task].Vector.FitsIn(_room[to]) && _mayRun(Tasks[task], Nodes[to]);

    public void Move(int task, int to, string why)
    {
        Moves.Add(new BalanceMove(task, _at[task], to, why));
        Shift(task, to);
    }

    /// <summary>Takes back the last move.</summary>
    public void Undo()
    {
        var last = Moves[^1];
        Moves.RemoveAt(Moves.Count - 1);
        Shift(last.Task, last.From);
    }

    /// <summary>What a node holds now.</summary>
    public ResourceVector UsedOn(int node) => _used[node];

    /// <summary>The largest part of any resource in use, 0 to 1 (more when overcommitted).</summary>
    public double Utilisation(int node) => Utilisation(Nodes[node].Capacity, _used[node]);

    public static double Utilisation(in ResourceVector capacity, in ResourceVector used)
    {
        var most = 0.0;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (capacity[lane] > 0) most = Math.Max(most, used[lane] / (double)capacity[lane]);
        return most;
    }

    /// <summary>Highest less lowest utilisation of some nodes.</summary>
    public double Spread(IReadOnlyList<int> nodes) => nodes.Count == 0 ? 0 : nodes.Max(Utilisation) - nodes.Min(Utilisation);

    public double Deviation(IReadOnlyList<int> nodes)
    {
        if (nodes.Count == 0) return 0;
        var mean = nodes.Average(Utilisation);
        return Math.Sqrt(nodes.Average(n => (Utilisation(n) - mean) * (Utilisation(n) - mean)));
    }

    /// <summary>Groups of like nodes, in the order of their first.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Groups() => [.. Enumerable.Range(0, Nodes.Count).GroupBy(n => Nodes[n].Kind, StringComparer.Ordinal).Select(g => (IReadOnlyList<int>)[.. g])];

    private void Shift(int task, int to)
    {
        var (from, vector) = (_at[task], Tasks[task].Vector);
        _used[from] -= vector;
        _room[from] += vector;
        _used[to] += vector;
        _room[to] -= vector;
        _at[task] = to;
    }
}
