namespace Granary.Caching.Policies.Nodes;

/// <summary>The nodes of a policy in one array, found by key. Freed places are used again; a lookup allocates nothing.</summary>
internal sealed class NodeStore
{
    public const int None = -1;

    private readonly Dictionary<ulong, int> _index = [];
    private PolicyNode[] _nodes = new PolicyNode[16];
    private int _made;
    private int _free = None;

    /// <summary>True while the place holds that key.</summary>
    public bool Holds(int at, ulong key) => (uint)at < (uint)_made && _nodes[at].Key == key && _nodes[at].Weight > 0;

    public int Count => _index.Count;

    public ref PolicyNode this[int at] => ref _nodes[at];

    public int Find(ulong key) => _index.TryGetValue(key, out var at) ? at : None;

    public int Add(ulong key, long weight)
    {
        int at;
        if (_free != None)
        {
            at = _free;
            _free = _nodes[at].Next;
        }
        else
        {
            if (_made == _nodes.Length) Array.Resize(ref _nodes, _made * 2);
            at = _made++;
        }
        _nodes[at] = new PolicyNode { Key = key, Weight = weight, Prev = None, Next = None, OtherPrev = None, OtherNext = None };
        _index.Add(key, at);
        return at;
    }

    public void Free(int at)
    {
        _index.Remove(_nodes[at].Key);
        _nodes[at].Next = _free;
        _nodes[at].Weight = 0;
        _free = at;
    }
}
