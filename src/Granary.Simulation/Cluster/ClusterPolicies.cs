using Granary.Simulation.Cluster.Backfill;
using Granary.Simulation.Cluster.Conservative;
using Granary.Simulation.Cluster.Pools;
using Granary.Simulation.Cluster.Predictive;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Cluster;

/// <summary>What a policy may be told beyond the machine.</summary>
/// <param name="AgentsFrom">Whose a job is.</param>
/// <param name="Agents">Names of users, where the trace has names.</param>
internal sealed record PolicyTerms(AgentsFrom AgentsFrom, IReadOnlyList<string> Agents)
{
    public static PolicyTerms Default { get; } = new(AgentsFrom.User, []);
}

/// <summary>The policies for rigid jobs on processors, by the names that users write.</summary>
internal static class ClusterPolicies
{
    private static readonly Dictionary<string, Func<JobMachine, PolicyTerms, IJobPolicy>> Known = new(StringComparer.Ordinal)
    {
        ["easy"] = (m, _) => new BackfillPolicy(m, new UserEstimates(m), Submission, backfill: true),
        ["fcfs"] = (m, _) => new BackfillPolicy(m, new UserEstimates(m), Submission, backfill: false),
        ["easy-exact"] = (m, _) => new BackfillPolicy(m, new ExactRunTimes(m), Submission, backfill: true),
        ["easy-sjf"] = (m, _) => new BackfillPolicy(m, new UserEstimates(m), Shortest, backfill: true),
        ["conservative"] = (m, _) => new ConservativePolicy(m, new UserEstimates(m)),
        ["fair"] = (m, t) => new PoolPolicy(m, t, deadlines: false),
        ["edf"] = (m, t) => new PoolPolicy(m, t, deadlines: true),
        ["predictive"] = (m, _) => new PredictivePolicy(m, new PredictiveOptions()),
    };

    /// <summary>The default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys];

    public static Func<JobMachine, IJobPolicy> Make(string name, PolicyTerms terms) => machine => Known[name](machine, terms);

    private static double Submission(int job, long expected) => job;

    private static double Shortest(int job, long expected) => expected;
}
