using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>Tasks on one node that would be stopped. Fewer is better, then lower classes, then less lost work.</summary>
internal sealed class VictimSet
{
    public List<TaskEntry> Victims { get; } = [];

    public NodeEntry? Node { get; set; }

    public PriorityClass HighestClass { get; private set; }

    public double Lost { get; private set; }

    public bool Found => Node is not null;

    public void Clear()
    {
        Victims.Clear();
        Node = null;
        HighestClass = PriorityClass.Low;
        Lost = 0;
    }

    public void Set(NodeEntry node, List<Candidate> victims)
    {
        Clear();
        Node = node;
        foreach (var victim in victims)
        {
            Victims.Add(victim.Task);
            Lost += victim.Lost;
            if (victim.Agent.Spec.Class > HighestClass) HighestClass = victim.Agent.Spec.Class;
        }
    }

    public void Take(VictimSet other)
    {
        Clear();
        Node = other.Node;
        Victims.AddRange(other.Victims);
        HighestClass = other.HighestClass;
        Lost = other.Lost;
    }

    /// <summary>True when this one is to be preferred to <paramref name="other"/>.</summary>
    public bool IsBetterThan(VictimSet other)
    {
        if (!other.Found || !Found) return Found;
        if (Victims.Count != other.Victims.Count) return Victims.Count < other.Victims.Count;
        if (HighestClass != other.HighestClass) return HighestClass < other.HighestClass;
        return Lost < other.Lost;
    }
}
