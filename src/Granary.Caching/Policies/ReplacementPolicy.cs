using Granary.Caching.Policies.Nodes;

namespace Granary.Caching.Policies;

/// <summary>What all policies share: the nodes, the resident weight, the refusal of what can never fit.</summary>
internal abstract class ReplacementPolicy : IReplacementPolicy
{
    protected ReplacementPolicy(string name, long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (Name, Capacity) = (name, capacity);
    }

    public string Name { get; }

    public long Capacity { get; }

    public long Used { get; private set; }

    public int Count { get; private set; }

    public Action<ulong>? Evicted { get; set; }

    /// <summary>As <see cref="Evicted"/>, with the key's weight, for a policy that follows this one.</summary>
    internal Action<ulong, long>? GivenUp { get; set; }

    protected NodeStore Nodes { get; } = new();

    public bool Access(ulong key, long weight)
    {
        var place = NodeStore.None;
        return Access(key, weight, ref place);
    }

    /// <summary>As <see cref="IReplacementPolicy.Access"/>, without looking for the key where <paramref name="place"/> is where it was last time; that is put right.</summary>
    public virtual bool Access(ulong key, long weight, ref int place)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        if (!Nodes.Holds(place, key)) place = Nodes.Find(key);
        if (place != NodeStore.None && !Nodes[place].Gone)
        {
            Hit(place);
            return true;
        }
        if (weight <= Capacity) Miss(place, key, weight);
        return false;
    }

    public bool Contains(ulong key) => WeightOf(key) > 0;

    /// <summary>What a resident key weighs; 0 for one that is none.</summary>
    internal virtual long WeightOf(ulong key)
    {
        var at = Nodes.Find(key);
        return at != NodeStore.None && !Nodes[at].Gone ? Nodes[at].Weight : 0;
    }

    public virtual bool Remove(ulong key)
    {
        var at = Nodes.Find(key);
        if (at == NodeStore.None || Nodes[at].Gone) return false;
        Left(Nodes[at].Weight);
        Unlink(at);
        Nodes.Free(at);
        return true;
    }

    public abstract void CopyTo(List<KeyWeight> into);

    protected abstract void Hit(int at);

    /// <summary>Makes room and lets the key in.</summary>
    /// <param name="ghost">The node that remembers the key, or <see cref="NodeStore.None"/>. Its weight may differ from <paramref name="weight"/>.</param>
    protected abstract void Miss(int ghost, ulong key, long weight);

    /// <summary>Takes a resident node out of the policy's lists.</summary>
    protected abstract void Unlink(int at);

    protected void Entered(long weight)
    {
        Used += weight;
        Count++;
    }

    /// <summary>A resident node is given up; what becomes of the node is the caller's.</summary>
    protected void Evict(int at)
    {
        var (key, weight) = (Nodes[at].Key, Nodes[at].Weight);
        Left(weight);
        Evicted?.Invoke(key);
        GivenUp?.Invoke(key, weight);
    }

    protected void Left(long weight)
    {
        Used -= weight;
        Count--;
    }
}
