using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Placement.Terms;

/// <summary>Tasks that some terms look out for, by what they are known by, and what counts as beside: a node, or all nodes with one value of a label.</summary>
/// <param name="Agent">Null for any.</param>
/// <param name="Name">Null for any.</param>
/// <param name="Label">Null for none.</param>
/// <param name="Value">Of the label.</param>
/// <param name="Over">A label of nodes; empty for the node itself.</param>
internal sealed record SelectorKey(string? Agent, string? Name, string? Label, string? Value, string Over)
{
    public static SelectorKey Of(TaskAffinity affinity)
    {
        switch (affinity.By)
        {
            case AffinityBy.Agent: return new SelectorKey(affinity.Value, null, null, null, affinity.Over);
            case AffinityBy.Name: return new SelectorKey(null, affinity.Value, null, null, affinity.Over);
            default:
                var at = affinity.Value.IndexOf('=', StringComparison.Ordinal);
                return new SelectorKey(null, null, affinity.Value[..at], affinity.Value[(at + 1)..], affinity.Over);
        }
    }

    public bool Matches(TaskSpec spec) => (Agent is null || spec.Agent == Agent) && (Name is null || spec.Name == Name)
        && (Label is null || (spec.Labels is not null && spec.Labels.TryGetValue(Label, out var value) && value == Value));
}

/// <summary>How many leases of the tasks it selects there are, by where they run.</summary>
internal sealed class Selector(SelectorKey key)
{
    private readonly Dictionary<string, int> _byValue = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _byNode = [];

    public SelectorKey Key { get; } = key;

    /// <summary>Terms that use it.</summary>
    public int Uses { get; set; }

    /// <summary>Terms that must hold it or must not: they are woken when a count leaves or reaches 0.</summary>
    public List<TermsEntry> Watchers { get; } = [];

    /// <summary>Leases anywhere.</summary>
    public int Total { get; private set; }

    /// <summary>Nodes with such leases, where it counts by node.</summary>
    public IReadOnlyDictionary<int, int> Nodes => _byNode;

    /// <summary>Leases beside the node; 0 where it does not have the label.</summary>
    public int CountAt(NodeEntry node)
    {
        if (Total == 0) return 0;
        if (Key.Over.Length == 0) return _byNode.GetValueOrDefault(node.Index);
        return node.Spec.Labels is { } labels && labels.TryGetValue(Key.Over, out var value) ? _byValue.GetValueOrDefault(value) : 0;
    }

    /// <summary>The fewest beside any of the values given.</summary>
    public int Fewest(IEnumerable<string> values)
    {
        var fewest = int.MaxValue;
        foreach (var value in values) fewest = Math.Min(fewest, _byValue.GetValueOrDefault(value));
        return fewest == int.MaxValue ? 0 : fewest;
    }

    public void Clear()
    {
        Total = 0;
        _byNode.Clear();
        _byValue.Clear();
    }

    /// <summary>Counts one more (1) or less (-1); true when a place came to hold its first, or lost its last.</summary>
    public bool Add(NodeEntry node, int sign)
    {
        Total += sign;
        if (Key.Over.Length == 0) return Add(_byNode, node.Index, sign);
        return node.Spec.Labels is { } labels && labels.TryGetValue(Key.Over, out var value) && Add(_byValue, value, sign);
    }

    private static bool Add<T>(Dictionary<T, int> counts, T place, int sign) where T : notnull
    {
        var count = counts.GetValueOrDefault(place) + sign;
        if (count == 0) counts.Remove(place);
        else counts[place] = count;
        return count == 0 || (count == 1 && sign > 0);
    }
}
