using System.Diagnostics;

namespace Granary.Simulation.Replay;

/// <summary>What this process has needed at most.</summary>
public static class PeakMemory
{
    /// <summary>Peak resident set, MiB.</summary>
    public static double Mib()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (1024.0 * 1024.0);
    }
}
