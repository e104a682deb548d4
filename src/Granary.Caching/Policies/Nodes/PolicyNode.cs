namespace Granary.Caching.Policies.Nodes;

/// <summary>What a policy remembers of one key. It can be in one list of each kind of link at a time.</summary>
internal struct PolicyNode
{
    public ulong Key;
    public long Weight;
    public int Prev;
    public int Next;
    public int OtherPrev;
    public int OtherNext;

    /// <summary>Uses counted by the policy, or the index of what counts them.</summary>
    public int Uses;

    /// <summary>Which list it is in, in the policy's own words.</summary>
    public byte Place;

    /// <summary>The policy's second mark: visited, or in the stack.</summary>
    public bool Mark;

    /// <summary>It only remembers a key that is no longer resident.</summary>
    public bool Gone;
}

/// <summary>Which pair of links a list runs over.</summary>
internal interface ILink
{
    static abstract ref int Prev(ref PolicyNode node);

    static abstract ref int Next(ref PolicyNode node);
}

internal readonly struct MainLink : ILink
{
    public static ref int Prev(ref PolicyNode node) => ref node.Prev;

    public static ref int Next(ref PolicyNode node) => ref node.Next;
}

internal readonly struct OtherLink : ILink
{
    public static ref int Prev(ref PolicyNode node) => ref node.OtherPrev;

    public static ref int Next(ref PolicyNode node) => ref node.OtherNext;
}
