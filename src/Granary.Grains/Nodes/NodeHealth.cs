namespace Granary.Grains.Nodes;

/// <summary>What silence makes of a node.</summary>
public enum NodeCondition
{
    Alive,
    Suspect,
    Lost,
}

/// <summary>A node that is silent is first suspect, then lost. Pure: time is an argument.</summary>
internal sealed class NodeHealth(TimeSpan suspectAfter, TimeSpan lostAfter)
{
    public DateTimeOffset? LastHeard { get; private set; }

    public NodeCondition Condition { get; private set; }

    public TimeSpan Silence(DateTimeOffset now) => LastHeard is { } heard ? now - heard : TimeSpan.Zero;

    public void Heard(DateTimeOffset now)
    {
        LastHeard = now;
        Condition = NodeCondition.Alive;
    }

    /// <summary>It left in good order: silence means nothing until it is heard of again.</summary>
    public void Forget() => (LastHeard, Condition) = (null, NodeCondition.Alive);

    /// <summary>True when the condition is not what it was. A lost node stays lost until it is heard of in a new session.</summary>
    public bool Check(DateTimeOffset now)
    {
        if (LastHeard is null || Condition == NodeCondition.Lost) return false;
        var silence = Silence(now);
        var condition = silence >= lostAfter ? NodeCondition.Lost : silence >= suspectAfter ? NodeCondition.Suspect : NodeCondition.Alive;
        if (condition == Condition) return false;
        Condition = condition;
        return true;
    }
}
