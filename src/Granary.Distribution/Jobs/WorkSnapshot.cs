using Granary.Model;
using Orleans;

namespace Granary.Distribution.Jobs;

/// <summary>The state of partitioned work as it is kept.</summary>
[GenerateSerializer, Alias("Granary.WorkSnapshot")]
public sealed class WorkSnapshot
{
    [Id(0)] public WorkState State { get; set; }
    [Id(1)] public string Reason { get; set; } = "";
    [Id(2)] public long Created { get; set; }

    /// <summary>0 while it runs.</summary>
    [Id(3)] public long Ended { get; set; }
    [Id(4)] public int LastBatch { get; set; }
    [Id(5)] public List<Batch> Batches { get; set; } = [];
    [Id(6)] public List<StageSnapshot> Stages { get; set; } = [];
    [Id(7)] public List<NodeTally> Nodes { get; set; } = [];
    [Id(8)] public WorkCounts Counts { get; set; } = new();
}

/// <summary>What is kept of a stage.</summary>
[GenerateSerializer, Alias("Granary.WorkStageSnapshot")]
public sealed class StageSnapshot
{
    /// <summary>By partition: 0 open, 1 done, 2 skipped.</summary>
    [Id(0)] public byte[] Closed { get; set; } = [];

    /// <summary>By partition: number of the task whose result counts; 0 before.</summary>
    [Id(1)] public long[] Winners { get; set; } = [];

    /// <summary>Failures of partitions that have any.</summary>
    [Id(2)] public Dictionary<int, int> Failures { get; set; } = [];

    /// <summary>Partitions that may only be in tasks of so many, since larger ones failed.</summary>
    [Id(3)] public Dictionary<int, int> Limits { get; set; } = [];

    /// <summary>Work a second of the last tasks that succeeded, oldest first.</summary>
    [Id(4)] public List<double> Rates { get; set; } = [];
    [Id(5)] public double SecondsPerUnit { get; set; }
    [Id(6)] public int LargestDone { get; set; }

    /// <summary>Where a partition failed last.</summary>
    [Id(7)] public Dictionary<int, string> FailedOn { get; set; } = [];
}

/// <summary>What a node did.</summary>
[GenerateSerializer, Alias("Granary.WorkNodeTally")]
public sealed class NodeTally
{
    [Id(0)] public string Node { get; set; } = "";
    [Id(1)] public int Done { get; set; }

    /// <summary>Against the others; 0 while unknown.</summary>
    [Id(2)] public double Speed { get; set; }
}

/// <summary>Counts over the whole work.</summary>
[GenerateSerializer, Alias("Granary.WorkCounts")]
public sealed class WorkCounts
{
    [Id(0)] public int Tasks { get; set; }
    [Id(1)] public int Stolen { get; set; }
    [Id(2)] public int Copies { get; set; }
    [Id(3)] public int CopiesFirst { get; set; }
    [Id(4)] public int Failures { get; set; }
    [Id(5)] public double BusySeconds { get; set; }
    [Id(6)] public double WastedSeconds { get; set; }

    public WorkCounts Clone() => (WorkCounts)MemberwiseClone();
}
