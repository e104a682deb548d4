using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Placement.Scoring;

/// <summary>A node that has room for the request, as filters and scores see it. Valid during the call alone.</summary>
public readonly struct NodeCandidate
{
    private static readonly NodeTraits Unknown = new();

    private readonly NodeEntry _node;
    private readonly Wishes _wishes;

    internal NodeCandidate(NodeEntry node, (double Seconds, double Hope) run, in Wishes wishes)
    {
        _node = node;
        (RunSeconds, HopefulSeconds) = run;
        _wishes = wishes;
    }

    public NodeSpec Spec => _node.Spec;

    /// <summary>What it is beyond its capacity; never null.</summary>
    public NodeTraits Traits => _node.Spec.Traits ?? Unknown;

    public ResourceVector Capacity => _node.Capacity;

    /// <summary>What it has free before the task is placed.</summary>
    public ResourceVector Free => _node.Measured is null ? _node.FreeInSum : _node.FreeInSum + _node.Measured.Extra;

    /// <summary>Leases it holds.</summary>
    public int Tasks => _node.Leases.Count;

    /// <summary>How long the task is predicted to run here, seconds: learned where the pool learns, else its estimate over the node's speed.</summary>
    public double RunSeconds { get; }

    /// <summary>The least that it may well run here, seconds: far below <see cref="RunSeconds"/> where little has been learned.</summary>
    public double HopefulSeconds { get; }

    /// <summary>Data it would have to fetch first, MiB.</summary>
    public double MoveMiB => _wishes.MoveMiB;

    /// <summary>The part of its data that lies elsewhere, 0 to 1.</summary>
    public double MovePart => _wishes.MovePart;

    /// <summary>Weights of the wishes that the node grants, less those of the wishes it goes against.</summary>
    public double Attraction => _wishes.Attraction;

    /// <summary>Tasks of its kind where the node stands, less the fewest anywhere: what spreading evenly would make 0.</summary>
    public int Crowding => _wishes.Crowding;

    internal NodeEntry Entry => _node;

    internal Wishes Wishes => _wishes;
}

/// <summary>What a task's terms make of one node.</summary>
internal readonly record struct Wishes(double Attraction, double MoveMiB, double MovePart, int Crowding)
{
    /// <summary>All in one figure: the weights granted, less twice the part of the data to move, less one for every task too many.</summary>
    public double Sum => Attraction - (2 * MovePart) - Crowding;
}
