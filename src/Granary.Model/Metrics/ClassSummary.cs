using Orleans;

namespace Granary.Model;

/// <summary>Times of many tasks, µs. Percentiles are by nearest rank from a histogram: never too low, and at most 3.1 % too high.</summary>
/// <param name="Sum">Of all.</param>
/// <param name="Buckets">How many are below 2^k µs, for each k of <see cref="BucketExponents"/>: exact.</param>
[GenerateSerializer, Immutable, Alias("Granary.TimeFigures")]
public sealed record TimeFigures(
    [property: Id(0)] long Count,
    [property: Id(1)] double Sum,
    [property: Id(2)] long P50,
    [property: Id(3)] long P90,
    [property: Id(4)] long P95,
    [property: Id(5)] long P99,
    [property: Id(6)] long Max,
    [property: Id(7)] IReadOnlyList<long> Buckets)
{
    /// <summary>1 ms, 4 ms, 16 ms, 66 ms, 0.26 s, 1 s, 4.2 s, 17 s, 67 s, 4.5 min, 18 min, 72 min, 4.8 h, 19 h: powers of two of a microsecond.</summary>
    public static IReadOnlyList<int> BucketExponents { get; } = [10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36];

    public double Mean => Count == 0 ? 0 : Sum / Count;
}

/// <summary>What became of the tasks of one class of a pool.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ClassSummary")]
public sealed record ClassSummary
{
    /// <summary>The declared class, else the name; empty for tasks without either, <c>_other</c> for those that found no place.</summary>
    [Id(0)] public required string Class { get; init; }

    /// <summary>Tasks by the final state.</summary>
    [Id(1)] public required IReadOnlyDictionary<TaskState, long> Ended { get; init; }

    /// <summary>Attempts of the tasks that ended.</summary>
    [Id(2)] public long Attempts { get; init; }

    /// <summary>Attempts that failed or were lost, and went back to the queue.</summary>
    [Id(3)] public long Retried { get; init; }

    /// <summary>Attempts that were stopped for others.</summary>
    [Id(4)] public long Preempted { get; init; }

    /// <summary>From submission to the start of the last attempt.</summary>
    [Id(5)] public required TimeFigures Wait { get; init; }

    /// <summary>The last attempt.</summary>
    [Id(6)] public required TimeFigures Run { get; init; }

    /// <summary>From submission to the end.</summary>
    [Id(7)] public required TimeFigures Total { get; init; }

    /// <summary>Of the last 30 to 60 minutes.</summary>
    [Id(8)] public required TimeFigures RecentWait { get; init; }

    [Id(9)] public required TimeFigures RecentRun { get; init; }

    [Id(10)] public required TimeFigures RecentTotal { get; init; }

    /// <summary>CPU time used over cores requested times run time; null where nothing was measured.</summary>
    [Id(11)] public double? CpuEfficiency { get; init; }

    /// <summary>Peak memory over memory requested, weighted by run time; null where nothing was measured.</summary>
    [Id(12)] public double? MemoryEfficiency { get; init; }

    /// <summary>Tasks that succeeded over attempts that it took; null before the first.</summary>
    [Id(13)] public double? Goodput { get; init; }

    [Id(14)] public DateTimeOffset Last { get; init; }
}

/// <param name="Key">A reason, an agent or a node.</param>
/// <param name="Count">Never too low.</param>
/// <param name="Error">How much of the count may be of others.</param>
[GenerateSerializer, Immutable, Alias("Granary.ErrorCount")]
public sealed record ErrorCount([property: Id(0)] string Key, [property: Id(1)] long Count, [property: Id(2)] long Error);

/// <summary>A reason, together with whose tasks met it where.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ErrorPattern")]
public sealed record ErrorPattern(
    [property: Id(0)] string Reason,
    [property: Id(1)] string Agent,
    [property: Id(2)] string Node,
    [property: Id(3)] long Count,
    [property: Id(4)] long Error);

/// <summary>What went wrong, of attempts and of tasks that never began; the most frequent of each.</summary>
[GenerateSerializer, Immutable, Alias("Granary.ErrorSummary")]
public sealed record ErrorSummary(
    [property: Id(0)] long Total,
    [property: Id(1)] IReadOnlyList<ErrorCount> Reasons,
    [property: Id(2)] IReadOnlyList<ErrorCount> Agents,
    [property: Id(3)] IReadOnlyList<ErrorCount> Nodes,
    [property: Id(4)] IReadOnlyList<ErrorPattern> Patterns);
