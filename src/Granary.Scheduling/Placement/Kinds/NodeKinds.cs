using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Placement.Kinds;

/// <summary>
/// The pool's nodes by kind, so that a task with terms is looked for a place only among nodes that can satisfy them, and so that a price or a
/// speed is looked at once a kind. Kept only while something asks for it; labels that no terms name make no kinds.
/// </summary>
internal sealed class NodeKinds(NodeIndex scale)
{
    private readonly List<NodeKind> _kinds = [];
    private readonly Dictionary<string, NodeKind> _byKey = new(StringComparer.Ordinal);
    private readonly List<string> _labels = [];
    private long _scaleEpoch;

    public IReadOnlyList<NodeKind> Kinds => _kinds;

    /// <summary>True while kinds are kept.</summary>
    public bool Active { get; private set; }

    /// <summary>Grows when kinds are built anew or one is added.</summary>
    public long Version { get; private set; }

    /// <summary>Position of a label in <see cref="NodeKind.Values"/>; -1 when no kinds are told apart by it.</summary>
    public int LabelAt(string label) => _labels.IndexOf(label);

    /// <summary>Keeps kinds from now on, told apart by these labels too.</summary>
    public void Activate(IEnumerable<string> labels, IReadOnlyList<NodeEntry> nodes)
    {
        var fresh = false;
        foreach (var label in labels)
        {
            if (_labels.Contains(label)) continue;
            _labels.Add(label);
            fresh = true;
        }
        if (Active && !fresh) return;
        Active = true;
        Rebuild(nodes);
    }

    public void Deactivate(IReadOnlyList<NodeEntry> nodes)
    {
        if (!Active) return;
        Clear(nodes);
        _labels.Clear();
        Active = false;
    }

    /// <summary>Before a node's declaration or state changes.</summary>
    public void Leave(NodeEntry node)
    {
        if (!Active || node.Kind is not { } kind) return;
        if (node.KindIndexed) kind.Index.Remove(node);
        kind.Nodes.Remove(node);
        node.Kind = null;
    }

    /// <summary>After it changed.</summary>
    public void Enter(NodeEntry node, IReadOnlyList<NodeEntry> nodes)
    {
        if (!Active) return;
        if (_scaleEpoch != scale.ScaleEpoch) Rebuild(nodes);
        else Put(node);
    }

    /// <summary>After what it has free changed.</summary>
    public void Update(NodeEntry node)
    {
        if (node.KindIndexed) node.Kind!.Index.Update(node);
    }

    private void Rebuild(IReadOnlyList<NodeEntry> nodes)
    {
        Clear(nodes);
        _scaleEpoch = scale.ScaleEpoch;
        foreach (var node in nodes) Put(node);
    }

    private void Clear(IReadOnlyList<NodeEntry> nodes)
    {
        foreach (var node in nodes) (node.Kind, node.KindIndexed) = (null, false);
        _kinds.Clear();
        _byKey.Clear();
        Version++;
    }

    private void Put(NodeEntry node)
    {
        var values = _labels.Count == 0 ? [] : new string[_labels.Count];
        for (var i = 0; i < values.Length; i++) values[i] = node.Spec.Labels?.GetValueOrDefault(_labels[i])!;
        var traits = node.Spec.Traits;
        var key = traits is null && values.Length == 0 ? "" : string.Join('\0', values.Prepend(traits?.ToString() ?? ""));
        if (!_byKey.TryGetValue(key, out var kind))
        {
            _byKey[key] = kind = new NodeKind(_kinds.Count, traits, values, scale);
            _kinds.Add(kind);
            Version++;
        }
        node.Kind = kind;
        kind.Nodes.Add(node);
        if (node.State == NodeState.Ready) kind.Index.Add(node);
    }
}
