using Granary.Scheduling;

namespace Granary.Simulation.Cluster.Pools;

/// <summary>Deadlines for traces that have none.</summary>
internal static class Deadlines
{
    /// <summary>How many times its estimate a job may take from its submission to its end.</summary>
    public const int Stretch = 4;

    /// <summary>What every job may take at least, microseconds.</summary>
    public const long Least = 3600 * Clock.Second;

    /// <summary>From submission to deadline, microseconds.</summary>
    public static long Derive(long estimate) => Math.Max(Least, estimate > long.MaxValue / Stretch ? long.MaxValue : estimate * Stretch);
}
