using Orleans;

namespace Granary.Distribution.Jobs;

/// <summary>A task of the work from its plan to its end.</summary>
[GenerateSerializer, Alias("Granary.WorkBatch")]
public sealed class Batch
{
    [Id(0)] public int Number { get; set; }
    [Id(1)] public int Stage { get; set; }
    [Id(2)] public int[] Partitions { get; set; } = [];
    [Id(3)] public string Target { get; set; } = "";
    [Id(4)] public bool Steered { get; set; }

    /// <summary>The straggler's number; 0 for no copy.</summary>
    [Id(5)] public int CopyOf { get; set; }

    /// <summary>Its task's number in the pool; 0 until that is known.</summary>
    [Id(6)] public long Task { get; set; }

    /// <summary>Where it is placed; empty while it waits.</summary>
    [Id(7)] public string Node { get; set; } = "";

    /// <summary>When it started, microseconds; 0 before.</summary>
    [Id(8)] public long Started { get; set; }

    /// <summary>When its task was planned.</summary>
    [Id(9)] public long Planned { get; set; }

    /// <summary>Its results would count no more: it is to be stopped.</summary>
    [Id(10)] public bool Unwanted { get; set; }

    public Batch Clone() => (Batch)MemberwiseClone();
}
