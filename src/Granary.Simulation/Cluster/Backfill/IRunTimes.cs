namespace Granary.Simulation.Cluster.Backfill;

/// <summary>How long a job is expected to run.</summary>
internal interface IRunTimes
{
    /// <summary>Microseconds, over 0; what is known at this moment.</summary>
    long Expect(int job);

    /// <summary>A job has ended: its run time may be learned from.</summary>
    void Learn(int job)
    {
    }
}

/// <summary>What the submitter said.</summary>
internal sealed class UserEstimates(JobMachine machine) : IRunTimes
{
    public long Expect(int job) => machine.Job(job).Estimate;
}

/// <summary>The truth, which no scheduler has: a bound on what better estimates could give.</summary>
internal sealed class ExactRunTimes(JobMachine machine) : IRunTimes
{
    public long Expect(int job) => machine.Job(job).Run;
}
