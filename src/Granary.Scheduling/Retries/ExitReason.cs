using Granary.Model;

namespace Granary.Scheduling.Retries;

/// <summary>One line for people on how an attempt ended.</summary>
internal static class ExitReason
{
    public static string Of(ExitInfo exit) => exit switch
    {
        { Cause: ExitCause.Succeeded } => "",
        { Message.Length: > 0 } => exit.Message,
        { Cause: ExitCause.ExitCode } => $"exit code {exit.Code}",
        { Cause: ExitCause.Signal } => $"ended by signal {exit.Signal}",
        { Cause: ExitCause.OutOfMemory } => $"out of memory at {exit.PeakMemoryKiB / 1024}Mi",
        { Cause: ExitCause.TimeLimit } => "stopped at its time limit",
        { Cause: ExitCause.Cancelled } => "cancelled",
        { Cause: ExitCause.Preempted } => "preempted",
        { Cause: ExitCause.StartFailed } => "could not be started",
        _ => "its end was not seen",
    };
}
