using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement.Kinds;
using Granary.Scheduling.Placement.Scoring;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Placement.Terms;

/// <summary>Terms that live tasks have, with what is found out about them once.</summary>
internal sealed class TermsEntry
{
    private readonly List<NodeKind> _eligible = [];
    private readonly List<string> _zones = [];
    private bool[] _byKind = [];
    private long _kindVersion = -1;
    private long _zoneEpoch = -1;

    public TermsEntry(PlacementTerms terms, TaskSpec of)
    {
        Terms = terms;
        DataMiB = terms.Data?.Values.Sum() ?? 0;
        SelfMatches = [.. (terms.Near ?? []).Select(n => SelectorKey.Of(n).Matches(of))];
    }

    public PlacementTerms Terms { get; }

    /// <summary>Its data anywhere.</summary>
    public long DataMiB { get; }

    /// <summary>Whether a task with these terms is one of those that it must be near: then the first of them may go anywhere.</summary>
    public bool[] SelfMatches { get; }

    /// <summary>Live shapes with these terms.</summary>
    public List<Shape> Shapes { get; } = [];

    /// <summary>Of <see cref="PlacementTerms.Near"/>, in its order.</summary>
    public Selector[] Near { get; set; } = [];

    /// <summary>Of <see cref="PlacementTerms.Apart"/>, in its order.</summary>
    public Selector[] Apart { get; set; } = [];

    /// <summary>Of <see cref="PlacementTerms.SpreadOver"/>; null for none.</summary>
    public Selector? Spread { get; set; }

    /// <summary>It says which nodes are better, not only which will do.</summary>
    public bool HasWishes => Terms.Prefer is { Count: > 0 } || Near.Length > 0 || Apart.Length > 0 || Spread is not null || DataMiB > 0;

    /// <summary>Woken: what it was refused for has changed.</summary>
    public bool Woken { get; set; }

    /// <summary>Labels of nodes that it names.</summary>
    public IEnumerable<string> Labels => (Terms.Require?.Keys ?? []).Concat((Terms.Prefer ?? []).Select(p => p.Label));

    /// <summary>The kinds whose nodes have the labels required.</summary>
    public List<NodeKind> Eligible(NodeKinds kinds)
    {
        if (_kindVersion == kinds.Version) return _eligible;
        _kindVersion = kinds.Version;
        _eligible.Clear();
        if (_byKind.Length < kinds.Kinds.Count) _byKind = new bool[kinds.Kinds.Count];
        foreach (var kind in kinds.Kinds)
        {
            var admits = true;
            foreach (var (label, value) in Terms.Require ?? new Dictionary<string, string>())
                admits &= kinds.LabelAt(label) is >= 0 and var at && kind.Values[at] == value;
            _byKind[kind.Id] = admits;
            if (admits) _eligible.Add(kind);
        }
        return _eligible;
    }

    /// <summary>Whether the node has the labels required.</summary>
    public bool Eligible(NodeEntry node, NodeKinds kinds)
    {
        if (Terms.Require is not { Count: > 0 }) return true;
        if (node.Kind is not { } kind) return HasLabels(node.Spec);
        Eligible(kinds);
        return _byKind[kind.Id];
    }

    public bool HasLabels(NodeSpec spec) => HasLabels(Terms, spec);

    /// <summary>Whether a node has the labels that terms require.</summary>
    /// <param name="trustOffers">Let labels pass that only an agent can give: its node has not joined.</param>
    public static bool HasLabels(PlacementTerms terms, NodeSpec spec, bool trustOffers = false)
    {
        foreach (var (label, value) in terms.Require ?? new Dictionary<string, string>())
            if (!(trustOffers && Executors.IsOffer(label)) && (spec.Labels is not { } labels || !labels.TryGetValue(label, out var has) || has != value)) return false;
        return true;
    }

    /// <summary>Whether neighbours that must be beside it are, and those that must not are not.</summary>
    public bool NeighboursAllow(NodeEntry node)
    {
        for (var i = 0; i < Near.Length; i++)
            if (Terms.Near![i].Required && Near[i].CountAt(node) == 0 && !(SelfMatches[i] && Near[i].Total == 0)) return false;
        for (var i = 0; i < Apart.Length; i++)
            if (Terms.Apart![i].Required && Apart[i].CountAt(node) > 0) return false;
        return true;
    }

    /// <summary>What its wishes make of a node.</summary>
    public Wishes WishesFor(NodeEntry node, IReadOnlyList<NodeEntry> ready, long nodeEpoch)
    {
        double attraction = 0, move = DataMiB;
        foreach (var wish in Terms.Prefer ?? [])
            if (node.Spec.Labels is { } labels && labels.TryGetValue(wish.Label, out var value) && value == wish.Value) attraction += wish.Weight;
        for (var i = 0; i < Near.Length; i++)
            if (Near[i].CountAt(node) > 0) attraction += Terms.Near![i].Weight;
        for (var i = 0; i < Apart.Length; i++)
            if (Apart[i].CountAt(node) > 0) attraction -= Terms.Apart![i].Weight;
        if (DataMiB > 0)
            foreach (var (place, amount) in Terms.Data!)
                if (Holds(node.Spec, place)) move -= amount;
        var crowding = Spread is null ? 0 : Spread.CountAt(node) - Spread.Fewest(Zones(ready, nodeEpoch));
        return new Wishes(attraction, move, DataMiB > 0 ? move / DataMiB : 0, crowding);
    }

    private static bool Holds(NodeSpec node, string place)
    {
        var at = place.IndexOf('=', StringComparison.Ordinal);
        if (at < 0) return node.Name == place;
        return node.Labels is { } labels && labels.TryGetValue(place[..at], out var value) && value.AsSpan().SequenceEqual(place.AsSpan(at + 1));
    }

    /// <summary>The values of the label to spread over, among the nodes that it may use.</summary>
    private List<string> Zones(IReadOnlyList<NodeEntry> ready, long nodeEpoch)
    {
        if (_zoneEpoch == nodeEpoch) return _zones;
        _zoneEpoch = nodeEpoch;
        _zones.Clear();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in ready)
            if (HasLabels(node.Spec) && node.Spec.Labels is { } labels && labels.TryGetValue(Terms.SpreadOver, out var zone) && seen.Add(zone)) _zones.Add(zone);
        return _zones;
    }
}
