namespace Granary.Scheduling.Placement;

/// <summary>What a decision by scores came to.</summary>
/// <param name="Task">For which task.</param>
/// <param name="Considered">Nodes that had room and passed the filters, among those looked at.</param>
/// <param name="Total">Of the winner.</param>
/// <param name="RunnerUp">Index of the best but one; -1 for none.</param>
internal readonly record struct PlacementChoice(long Task, int Considered, double Total, int RunnerUp);

/// <summary>The last placements, in memory alone: what explanations of tasks that have started rest on.</summary>
internal sealed class PlacementLog
{
    /// <summary>How many are kept.</summary>
    public const int Size = 1024;

    private readonly Entry[] _entries = new Entry[Size];
    private long _next;

    public void Add(long task, long token, int node, string scorer, in PlacementChoice choice) =>
        _entries[_next++ & (Size - 1)] = new Entry(task, token, node, scorer, choice.Task == task ? choice : default);

    /// <summary>The last placement of a task; null when it is not remembered.</summary>
    public Entry? Find(long task)
    {
        for (var i = _next - 1; i >= Math.Max(0, _next - Size); i--)
            if (_entries[i & (Size - 1)].Task == task) return _entries[i & (Size - 1)];
        return null;
    }

    internal readonly record struct Entry(long Task, long Token, int Node, string Scorer, PlacementChoice Choice);
}
