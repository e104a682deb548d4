using Orleans;

namespace Granary.Model;

/// <summary>How far capacity that was promised, but is measurably not used, may be given to others. Off while both ceilings are 1.</summary>
[GenerateSerializer, Immutable, Alias("Granary.OvercommitPolicy")]
public sealed record OvercommitPolicy
{
    public const double MostCeiling = 4;
    public const double MostMemoryCeiling = 2;

    /// <summary>CPU requests on a node may sum to this many times its capacity, 1 to 4. Default 1: never more than it has.</summary>
    [Id(0)] public double Ceiling { get; init; } = 1;

    /// <summary>The same of memory, 1 to 2. Default 1: memory that is taken cannot be slowed down, only taken back by stopping its task.</summary>
    [Id(1)] public double MemoryCeiling { get; init; } = 1;

    /// <summary>Use counts as what was not exceeded for this part of the history's time, 0.5 to 1. Default 0.95; 1 is the peak.</summary>
    [Id(2)] public double Quantile { get; init; } = 0.95;

    /// <summary>This part of a node's capacity is kept free of use when room is given, 0 to 0.5. Default 0.1.</summary>
    [Id(3)] public double Margin { get; init; } = 0.1;

    /// <summary>Above this part of a node's capacity in use, what rests on overcommitted room is stopped: over 1 less the margin, and at most 1. Default 0.95.</summary>
    [Id(4)] public double SafeMark { get; init; } = 0.95;

    /// <summary>For how long a node, and a task on it, must have been measured before what it does not use is given away: 10 s to 1 day. Default 5 minutes.</summary>
    [Id(5)] public TimeSpan History { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Requests may sum to more than there is.</summary>
    public bool IsOn => Ceiling > 1 || MemoryCeiling > 1;
}

/// <summary>What a pool gives away beyond its nodes' own room.</summary>
[GenerateSerializer, Immutable, Alias("Granary.OvercommitView")]
public sealed record OvercommitView
{
    /// <summary>Room beyond their own that nodes have to give now, or have given.</summary>
    [Id(0)] public ResourceSet Extra { get; init; } = ResourceSet.Zero;

    /// <summary>What leases hold that rest on such room: they are the first to be stopped.</summary>
    [Id(1)] public ResourceSet Spare { get; init; } = ResourceSet.Zero;

    /// <summary>How many such leases there are.</summary>
    [Id(2)] public int SpareTasks { get; init; }

    /// <summary>Nodes whose use is measured for this.</summary>
    [Id(3)] public int MeasuredNodes { get; init; }

    /// <summary>Such leases that were stopped, for use that had risen or for whoever was entitled to their room, since the pool began.</summary>
    [Id(4)] public long Stopped { get; init; }
}
