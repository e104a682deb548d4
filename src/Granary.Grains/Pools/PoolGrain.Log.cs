using Microsoft.Extensions.Logging;

namespace Granary.Grains.Pools;

public sealed partial class PoolGrain
{
    [LoggerMessage(1, LogLevel.Information, "pool {Pool}: recovered from a snapshot of {SnapshotBytes} bytes and {Records} journal records in {Milliseconds} ms")]
    private static partial void LogRecovered(ILogger logger, string pool, long snapshotBytes, int records, long milliseconds);

    [LoggerMessage(2, LogLevel.Error, "pool {Pool}: journal record {Sequence} could not be written, starting again from the journal: {Error}")]
    private static partial void LogJournalFailed(ILogger logger, string pool, long sequence, string error);

    [LoggerMessage(3, LogLevel.Warning, "pool {Pool}: node {Node} could not be told {Count} commands, its agent learns of them when it joins again: {Error}")]
    private static partial void LogNotSent(ILogger logger, string pool, string node, int count, string error);

    [LoggerMessage(4, LogLevel.Warning, "pool {Pool}: snapshot at {Sequence} was not written, the journal grows on: {Error}")]
    private static partial void LogSnapshotFailed(ILogger logger, string pool, long sequence, string error);

    [LoggerMessage(5, LogLevel.Warning, "node {Node} of pool {Pool} is not being watched yet: {Error}")]
    private static partial void LogNodeNotWoken(ILogger logger, string node, string pool, string error);

    [LoggerMessage(27, LogLevel.Warning, "pool {Pool}: the metrics of {Count} task ends were not taken: {Error}")]
    private static partial void LogNotCounted(ILogger logger, string pool, int count, string error);

    [LoggerMessage(26, LogLevel.Warning, "cohort {Cohort} does not know yet that pool {Pool} belongs to it: {Error}")]
    private static partial void LogCohortNotWoken(ILogger logger, string cohort, string pool, string error);
}
