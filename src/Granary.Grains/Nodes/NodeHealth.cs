namespace Granary.Grains.Nodes;

/// <summary>What silence makes of a node.</summary>
public enum NodeCondition
{
    Alive,
    Suspect,
    Lost,
}

/// <summary>
/// A node that is silent is first suspect, then lost. Time in which nobody looked is not held against it: a server that was stopped, or its
/// machine suspended, would otherwise give up every node as it wakes. Pure: time is an argument.
/// </summary>
internal sealed class NodeHealth(TimeSpan suspectAfter, TimeSpan lostAfter)
{
    private DateTimeOffset? _looked;
    private TimeSpan _unwatched;

    public DateTimeOffset? LastHeard { get; private set; }

    public NodeCondition Condition { get; private set; }

    /// <summary>How long it was not heard of while somebody looked.</summary>
    public TimeSpan Silence(DateTimeOffset now) => LastHeard is { } heard ? now - heard - _unwatched : TimeSpan.Zero;

    public void Heard(DateTimeOffset now)
    {
        LastHeard = now;
        _unwatched = TimeSpan.Zero;
        Condition = NodeCondition.Alive;
    }

    /// <summary>It left in good order: silence means nothing until it is heard of again.</summary>
    public void Forget() => (LastHeard, Condition) = (null, NodeCondition.Alive);

    /// <summary>
    /// True when the condition is not what it was. A lost node stays lost until it is heard of in a new session. To be called several times
    /// within the time after which a node is suspect; a longer gap is time in which nobody looked.
    /// </summary>
    public bool Check(DateTimeOffset now)
    {
        if (_looked is { } looked && now - looked > suspectAfter && LastHeard is { } heard)
            _unwatched += TimeSpan.FromTicks(Math.Clamp((now - heard).Ticks, 0, (now - looked).Ticks));
        _looked = now;
        if (LastHeard is null || Condition == NodeCondition.Lost) return false;
        var silence = Silence(now);
        var condition = silence >= lostAfter ? NodeCondition.Lost : silence >= suspectAfter ? NodeCondition.Suspect : NodeCondition.Alive;
        if (condition == Condition) return false;
        Condition = condition;
        return true;
    }
}
