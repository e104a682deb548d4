namespace Granary.Simulation.Cluster;

/// <summary>Who starts when, for rigid jobs on processors. Told of everything in order of time; asked once all of a moment has been told.</summary>
internal interface IJobPolicy
{
    /// <summary>It waits from now on: newly submitted, or thrown back by the loss of a node.</summary>
    void Queued(int job);

    /// <summary>It has ended by itself, so that its run time is known.</summary>
    void Ended(int job);

    /// <summary>It was running on a node that was lost; <see cref="Queued"/> follows.</summary>
    void Interrupted(int job);

    /// <summary>It can never be held any more; it waited.</summary>
    void Removed(int job);

    /// <summary>Starts what should start now, by <see cref="JobMachine.Start"/>.</summary>
    void Schedule();

    /// <summary>When to ask again if nothing else happens before; <see cref="long.MaxValue"/> for never.</summary>
    long Wake => long.MaxValue;
}
