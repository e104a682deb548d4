namespace Granary.Caching.Policies.Nodes;

/// <summary>A doubly linked list through nodes of a store, with its length and weight. Every operation is O(1).</summary>
internal sealed class NodeList<TLink>(NodeStore store)
    where TLink : struct, ILink
{
    /// <summary>Where the newest enter; <see cref="NodeStore.None"/> when empty.</summary>
    public int First { get; private set; } = NodeStore.None;

    public int Last { get; private set; } = NodeStore.None;

    public int Count { get; private set; }

    public long Weight { get; private set; }

    public int Before(int at) => TLink.Prev(ref store[at]);

    public int After(int at) => TLink.Next(ref store[at]);

    public void AddFirst(int at)
    {
        ref var node = ref store[at];
        TLink.Prev(ref node) = NodeStore.None;
        TLink.Next(ref node) = First;
        if (First != NodeStore.None) TLink.Prev(ref store[First]) = at;
        else Last = at;
        First = at;
        Count++;
        Weight += node.Weight;
    }

    public void Remove(int at)
    {
        ref var node = ref store[at];
        var (before, after) = (TLink.Prev(ref node), TLink.Next(ref node));
        if (before != NodeStore.None) TLink.Next(ref store[before]) = after;
        else First = after;
        if (after != NodeStore.None) TLink.Prev(ref store[after]) = before;
        else Last = before;
        Count--;
        Weight -= node.Weight;
    }

    public void MoveFirst(int at)
    {
        if (First == at) return;
        ref var node = ref store[at];
        var (before, after) = (TLink.Prev(ref node), TLink.Next(ref node));
        TLink.Next(ref store[before]) = after;
        if (after != NodeStore.None) TLink.Prev(ref store[after]) = before;
        else Last = before;
        TLink.Prev(ref node) = NodeStore.None;
        TLink.Next(ref node) = First;
        TLink.Prev(ref store[First]) = at;
        First = at;
    }

    /// <summary>Adds keys and weights from the last to the first.</summary>
    public void CopyTo(List<KeyWeight> into)
    {
        for (var at = Last; at != NodeStore.None; at = Before(at)) into.Add(new KeyWeight(store[at].Key, store[at].Weight));
    }
}
