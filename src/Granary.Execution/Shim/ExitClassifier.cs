using Granary.Execution.Posix;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>What is known of an end. Sizes are of the whole tree.</summary>
internal readonly record struct EndFacts(
    WaitStatus? Status,
    ExitCause? StopCause,
    string StopMessage,
    long OutOfMemoryKills,
    long PeakMemoryKiB,
    long LimitMiB,
    TimeSpan CpuTime,
    TimeSpan WallTime);

/// <summary>Says why an attempt ended. Pure.</summary>
internal static class ExitClassifier
{
    public static ExitInfo Classify(in EndFacts facts)
    {
        var (cause, message) = Cause(facts);
        return new()
        {
            Code = facts.Status?.Code,
            Signal = facts.Status?.Signal ?? 0,
            PeakMemoryKiB = facts.PeakMemoryKiB,
            CpuTime = facts.CpuTime,
            WallTime = facts.WallTime,
            Cause = cause,
            Message = message,
        };
    }

    public static string OutOfMemory(long usedKiB, long limitMiB) =>
        $"out of memory: used {Quantity.Format(ResourceNames.Memory, Math.Max(usedKiB / 1024, limitMiB))} of {Quantity.Format(ResourceNames.Memory, limitMiB)}";

    private static (ExitCause, string) Cause(in EndFacts facts)
    {
        // what we did to it comes before what it looked like from outside
        if (facts.StopCause is { } cause)
            return (cause, facts.StopMessage.Length > 0 ? facts.StopMessage : cause switch
            {
                ExitCause.Cancelled => "cancelled",
                ExitCause.Preempted => "preempted",
                ExitCause.TimeLimit => "time limit reached",
                _ => cause.ToString(),
            });
        if (facts.Status?.Code == 0) return (ExitCause.Succeeded, "");
        // A shell reports its child's SIGKILL as exit code 137: the kernel's counter tells the reason whichever process was hit.
        if (facts.OutOfMemoryKills > 0) return (ExitCause.OutOfMemory, OutOfMemory(facts.PeakMemoryKiB, facts.LimitMiB));
        if (facts.Status is not { } status)
            return (ExitCause.Unknown, "its process is gone and nobody saw how it ended");
        return status.Signal != 0
            ? (ExitCause.Signal, Signals.Describe(status.Signal))
            : (ExitCause.ExitCode, $"exit code {status.Code}");
    }
}
