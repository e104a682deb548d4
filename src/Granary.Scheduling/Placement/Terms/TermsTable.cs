using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Placement.Terms;

/// <summary>The terms of live tasks by content, and the tasks that these look out for. Empty, and without cost, where no task has any.</summary>
internal sealed class TermsTable
{
    private readonly Dictionary<(PlacementTerms, string, string), TermsEntry> _entries = [];
    private readonly Dictionary<SelectorKey, Selector> _selectors = [];
    private int _version;

    public int Count => _entries.Count;

    public IEnumerable<TermsEntry> Entries => _entries.Values;

    /// <summary>Some terms look out for neighbours.</summary>
    public bool WatchesTasks => _selectors.Count > 0;

    /// <summary>Terms whose neighbours changed since they were last tried.</summary>
    public List<TermsEntry> Woken { get; } = [];

    /// <summary>The entry of a task's terms; null when it has none. Its shape counts as one use more.</summary>
    public TermsEntry? Take(TaskSpec spec, IReadOnlyList<NodeEntry> nodes)
    {
        if (spec.Terms?.Placement is not { } terms || terms.Equals(Nothing)) return null;
        var own = terms.SpreadOver.Length > 0;
        var key = (terms, own ? spec.Agent : "", own ? spec.Name : "");
        if (_entries.TryGetValue(key, out var entry)) return entry;
        entry = new TermsEntry(terms, spec);
        entry.Near = [.. (terms.Near ?? []).Select(n => Take(SelectorKey.Of(n), nodes))];
        entry.Apart = [.. (terms.Apart ?? []).Select(a => Take(SelectorKey.Of(a), nodes))];
        if (own) entry.Spread = Take(new SelectorKey(spec.Agent, spec.Name, null, null, terms.SpreadOver), nodes);
        for (var i = 0; i < entry.Near.Length; i++)
            if (terms.Near![i].Required) entry.Near[i].Watchers.Add(entry);
        for (var i = 0; i < entry.Apart.Length; i++)
            if (terms.Apart![i].Required) entry.Apart[i].Watchers.Add(entry);
        _entries.Add(key, entry);
        return entry;
    }

    /// <summary>A shape of these terms is gone; the last takes them along.</summary>
    public void Release(TermsEntry entry, Shape shape)
    {
        entry.Shapes.Remove(shape);
        if (entry.Shapes.Count > 0) return;
        foreach (var (key, value) in _entries)
            if (ReferenceEquals(value, entry))
            {
                _entries.Remove(key);
                break;
            }
        foreach (var selector in entry.Near.Concat(entry.Apart).Concat(entry.Spread is { } spread ? [spread] : []))
        {
            selector.Watchers.Remove(entry);
            if (--selector.Uses == 0) _selectors.Remove(selector.Key);
        }
    }

    /// <summary>A lease on the node was granted (1) or is over (-1).</summary>
    public void Tally(NodeEntry node, ItemEntry item, int sign)
    {
        foreach (var selector in MatchesOf(item))
        {
            if (!selector.Add(node, sign)) continue;
            foreach (var watcher in selector.Watchers)
            {
                if (watcher.Woken) continue;
                watcher.Woken = true;
                Woken.Add(watcher);
            }
        }
    }

    /// <summary>Labels of nodes changed: everything is counted anew.</summary>
    public void Recount(IReadOnlyList<NodeEntry> nodes)
    {
        foreach (var selector in _selectors.Values) selector.Clear();
        foreach (var node in nodes)
            foreach (var lease in node.Leases)
                foreach (var selector in MatchesOf(lease.Item)) selector.Add(node, 1);
    }

    private static readonly PlacementTerms Nothing = new();

    private Selector Take(SelectorKey key, IReadOnlyList<NodeEntry> nodes)
    {
        if (!_selectors.TryGetValue(key, out var selector))
        {
            _selectors[key] = selector = new Selector(key);
            _version++;
            foreach (var node in nodes)
                foreach (var lease in node.Leases)
                    if (key.Matches(lease.Item.Spec)) selector.Add(node, 1);
        }
        selector.Uses++;
        return selector;
    }

    /// <summary>The selectors of an item, found out again after a new one came. Those gone meanwhile are counted in vain.</summary>
    private Selector[] MatchesOf(ItemEntry item)
    {
        if (item.SelectorVersion == _version) return item.Selectors;
        item.SelectorVersion = _version;
        return item.Selectors = [.. _selectors.Values.Where(s => s.Key.Matches(item.Spec))];
    }
}
