using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>Tasks on one node that would be stopped, each gang once. Fewer is better (members counted one by one), then lower classes, then less lost work.</summary>
internal sealed class VictimSet
{
    public List<TaskEntry> Victims { get; } = [];

    public List<Candidate> Candidates { get; } = [];

    /// <summary>How many tasks stop.</summary>
    public int Count { get; private set; }

    /// <summary>What the node gains.</summary>
    public ResourceVector Freed { get; private set; }

    public NodeEntry? Node { get; set; }

    public PriorityClass HighestClass { get; private set; }

    public double Lost { get; private set; }

    public bool Found => Node is not null;

    public void Clear()
    {
        Victims.Clear();
        Candidates.Clear();
        Node = null;
        Count = 0;
        Freed = ResourceVector.Zero;
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
            Candidates.Add(victim);
            Count += victim.Count;
            Freed += victim.Vector;
            Lost += victim.Lost;
            if (victim.Agent.Spec.Class > HighestClass) HighestClass = victim.Agent.Spec.Class;
        }
    }

    public void Take(VictimSet other)
    {
        Clear();
        Node = other.Node;
        Victims.AddRange(other.Victims);
        Candidates.AddRange(other.Candidates);
        Count = other.Count;
        Freed = other.Freed;
        HighestClass = other.HighestClass;
        Lost = other.Lost;
    }

    /// <summary>True when this one is to be preferred to <paramref name="other"/>.</summary>
    public bool IsBetterThan(VictimSet other)
    {
        if (!other.Found || !Found) return Found;
        if (Count != other.Count) return Count < other.Count;
        if (HighestClass != other.HighestClass) return HighestClass < other.HighestClass;
        return Lost < other.Lost;
    }
}
