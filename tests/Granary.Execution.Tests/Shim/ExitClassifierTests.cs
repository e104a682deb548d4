using Granary.Execution.Posix;
using Granary.Execution.Shim;
using Granary.Model;

namespace Granary.Execution.Tests.Shim;

public sealed class ExitClassifierTests
{
    /// <summary>Raw status words as wait4 gives them: the exit code is the second byte, the signal the low seven bits.</summary>
    [Theory]
    [InlineData(0x0000, null, 0, ExitCause.Succeeded, "")]
    [InlineData(0x0300, null, 0, ExitCause.ExitCode, "exit code 3")]
    [InlineData(0x000f, null, 0, ExitCause.Signal, "signal 15 (SIGTERM)")]
    [InlineData(0x008b, null, 0, ExitCause.Signal, "signal 11 (SIGSEGV)")]
    [InlineData(0x0022, null, 0, ExitCause.Signal, "signal 34")]
    [InlineData(0x0009, null, 1, ExitCause.OutOfMemory, "out of memory: used 70Mi of 64Mi")]
    [InlineData(0x8900, null, 1, ExitCause.OutOfMemory, "out of memory: used 70Mi of 64Mi")]
    [InlineData(0x0000, null, 1, ExitCause.Succeeded, "")]
    [InlineData(null, null, 1, ExitCause.OutOfMemory, "out of memory: used 70Mi of 64Mi")]
    [InlineData(null, null, 0, ExitCause.Unknown, "its process is gone and nobody saw how it ended")]
    [InlineData(0x000f, ExitCause.Cancelled, 0, ExitCause.Cancelled, "cancelled")]
    [InlineData(0x0000, ExitCause.Preempted, 0, ExitCause.Preempted, "preempted")]
    [InlineData(0x0009, ExitCause.TimeLimit, 1, ExitCause.TimeLimit, "time limit reached")]
    [InlineData(null, ExitCause.Cancelled, 0, ExitCause.Cancelled, "cancelled")]
    public void Cause_and_message(int? status, ExitCause? stopped, int kills, ExitCause cause, string message)
    {
        var exit = ExitClassifier.Classify(new EndFacts(
            status is { } raw ? new WaitStatus(raw) : null, stopped, "", kills, 70 * 1024, 64, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));

        Assert.Equal((cause, message), (exit.Cause, exit.Message));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), 70 * 1024), (exit.CpuTime, exit.WallTime, exit.PeakMemoryKiB));
    }
}
