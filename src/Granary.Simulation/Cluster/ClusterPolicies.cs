using Granary.Simulation.Cluster.Backfill;
using Granary.Simulation.Cluster.Conservative;

namespace Granary.Simulation.Cluster;

/// <summary>The policies for rigid jobs on processors, by the names that users write.</summary>
internal static class ClusterPolicies
{
    public static IReadOnlyDictionary<string, Func<JobMachine, IJobPolicy>> All { get; } = new Dictionary<string, Func<JobMachine, IJobPolicy>>(StringComparer.Ordinal)
    {
        ["easy"] = m => new BackfillPolicy(m, new UserEstimates(m), Submission, backfill: true),
        ["fcfs"] = m => new BackfillPolicy(m, new UserEstimates(m), Submission, backfill: false),
        ["easy-exact"] = m => new BackfillPolicy(m, new ExactRunTimes(m), Submission, backfill: true),
        ["easy-sjf"] = m => new BackfillPolicy(m, new UserEstimates(m), Shortest, backfill: true),
        ["conservative"] = m => new ConservativePolicy(m, new UserEstimates(m)),
    };

    private static double Submission(int job, long expected) => job;

    private static double Shortest(int job, long expected) => expected;
}
