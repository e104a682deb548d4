using Granary.Model;

namespace Granary.Distribution.Jobs;

/// <summary>Partitions of a stage that wait, lowest number first, by the nodes that have their data. Every operation is O(places · log n).</summary>
internal sealed class ReadyQueue(WorkStage stage)
{
    private static readonly SortedSet<int> Empty = [];

    private readonly SortedSet<int> _all = [];
    private readonly SortedSet<int> _anywhere = [];
    private readonly Dictionary<string, SortedSet<int>> _at = new(StringComparer.Ordinal);

    public int Count => _all.Count;

    /// <summary>All that wait.</summary>
    public SortedSet<int> All => _all;

    /// <summary>Those whose data is nowhere in particular.</summary>
    public SortedSet<int> Anywhere => _anywhere;

    public IEnumerable<string> Places => _at.Keys;

    public SortedSet<int> At(string node) => _at.GetValueOrDefault(node) ?? Empty;

    public bool Contains(int partition) => _all.Contains(partition);

    public void Add(int partition)
    {
        if (!_all.Add(partition)) return;
        if (stage.Partitions[partition].At is not { Count: > 0 } places)
        {
            _anywhere.Add(partition);
            return;
        }
        foreach (var place in places)
        {
            if (!_at.TryGetValue(place, out var queue)) _at[place] = queue = [];
            queue.Add(partition);
        }
    }

    public void Remove(int partition)
    {
        if (!_all.Remove(partition)) return;
        _anywhere.Remove(partition);
        foreach (var place in stage.Partitions[partition].At ?? [])
            if (_at.TryGetValue(place, out var queue) && queue.Remove(partition) && queue.Count == 0) _at.Remove(place);
    }
}
