namespace Granary.Simulation.Cluster.Backfill;

/// <summary>A job in the queue.</summary>
/// <param name="Key">Smaller goes first; equal keys go in order of submission.</param>
/// <param name="Expected">Run time, microseconds.</param>
internal readonly record struct WaitingJob(double Key, int Job, int Processors, long Expected) : IComparable<WaitingJob>
{
    public int CompareTo(WaitingJob other)
    {
        var byKey = Key.CompareTo(other.Key);
        return byKey != 0 ? byKey : Job.CompareTo(other.Job);
    }
}
