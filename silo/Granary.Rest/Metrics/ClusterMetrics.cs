using Granary.Model;

namespace Granary.Rest.Metrics;

/// <summary>A snapshot's figures as Prometheus families, in base units: cores, bytes, seconds, ratios.</summary>
internal static class ClusterMetrics
{
    private const string OtherAgents = "_other";

    public static void Write(PrometheusText text, ClusterSnapshot snapshot, int agents)
    {
        Pools(text, snapshot.Pools);
        Resources(text, "granary_pool_capacity", "What the ready nodes of a pool have, by resource.", snapshot.Pools, p => p.Capacity);
        Resources(text, "granary_pool_used", "What leases hold of a pool, by resource.", snapshot.Pools, p => p.Used);
        Resources(text, "granary_pool_lent", "What a pool has lent to others of its cohort, by resource.", snapshot.Pools, p => p.Lent);
        Resources(text, "granary_pool_borrowed", "What a pool has borrowed, by resource.", snapshot.Pools, p => p.Borrowed);
        Nodes(text, snapshot.Nodes);
        Agents(text, snapshot.Shares, agents);
        text.Family("granary_snapshot_unanswered", "gauge", "Pools and nodes that did not answer in time; their figures are missing here.")
            .Sample("granary_snapshot_unanswered", snapshot.Unanswered.Count);
        text.Family("granary_snapshot_timestamp_seconds", "gauge", "When these figures were taken, Unix time.")
            .Sample("granary_snapshot_timestamp_seconds", snapshot.At.ToUnixTimeMilliseconds() / 1000.0);
    }

    private static void Pools(PrometheusText text, IReadOnlyList<PoolView> pools)
    {
        const string Live = "granary_tasks";
        text.Family(Live, "gauge", "Tasks that have not ended, by state.");
        foreach (var pool in pools)
            text.Sample(Live, pool.Queued, Pool(pool), ("state", nameof(TaskState.Queued)))
                .Sample(Live, pool.Placed, Pool(pool), ("state", nameof(TaskState.Placed)))
                .Sample(Live, pool.Running, Pool(pool), ("state", nameof(TaskState.Running)));

        const string Ended = "granary_tasks_ended_total";
        text.Family(Ended, "counter", "Tasks that have ended, by the state in which they did.");
        foreach (var pool in pools)
            text.Sample(Ended, pool.Succeeded, Pool(pool), ("state", nameof(TaskState.Succeeded)))
                .Sample(Ended, pool.Failed, Pool(pool), ("state", nameof(TaskState.Failed)))
                .Sample(Ended, pool.Cancelled, Pool(pool), ("state", nameof(TaskState.Cancelled)))
                .Sample(Ended, pool.Rejected, Pool(pool), ("state", nameof(TaskState.Rejected)))
                .Sample(Ended, pool.Lost, Pool(pool), ("state", nameof(TaskState.Lost)));

        text.Family("granary_tasks_waiting", "gauge", "Tasks that wait, by their dominant reason.");
        foreach (var pool in pools)
            foreach (var reason in Enum.GetValues<WaitReason>())
                if (reason != WaitReason.None)
                    text.Sample("granary_tasks_waiting", pool.Waiting.GetValueOrDefault(reason), Pool(pool), ("reason", reason.ToString()));

        text.Family("granary_scheduler_decisions_total", "counter", "Scheduling decisions made.");
        foreach (var pool in pools) text.Sample("granary_scheduler_decisions_total", pool.Decisions, Pool(pool));

        text.Family("granary_preemptions_total", "counter", "Tasks stopped for others, by kind.");
        foreach (var pool in pools)
            foreach (var kind in Enum.GetValues<PreemptionKind>())
                text.Sample("granary_preemptions_total", pool.Preemptions.GetValueOrDefault(kind), Pool(pool), ("kind", kind.ToString()));

        text.Family("granary_deadlines_total", "counter", "Deadlines of tasks that have ended, by whether they were kept.");
        foreach (var pool in pools)
            text.Sample("granary_deadlines_total", pool.DeadlinesKept, Pool(pool), ("outcome", "kept"))
                .Sample("granary_deadlines_total", pool.DeadlinesMissed, Pool(pool), ("outcome", "missed"));
    }

    private static void Resources(PrometheusText text, string name, string help, IReadOnlyList<PoolView> pools, Func<PoolView, ResourceSet> set)
    {
        text.Family(name, "gauge", help);
        foreach (var pool in pools)
        {
            // What the pool has is always written, also when none of it is used: a series that comes and goes cannot be charted.
            var amounts = set(pool).Named().ToDictionary(r => r.Name, r => r.Amount);
            foreach (var resource in pool.Capacity.Named().Select(r => r.Name).Union(amounts.Keys))
            {
                var (value, unit) = BaseUnits(resource, amounts.GetValueOrDefault(resource));
                text.Sample(name, value, Pool(pool), ("resource", resource), ("unit", unit));
            }
        }
    }

    private static void Nodes(PrometheusText text, IReadOnlyList<NodeView> nodes)
    {
        text.Family("granary_nodes", "gauge", "Nodes by pool and state.");
        foreach (var pool in nodes.GroupBy(n => n.Spec.Pool).OrderBy(g => g.Key, StringComparer.Ordinal))
            foreach (var state in Enum.GetValues<NodeState>())
                text.Sample("granary_nodes", pool.Count(n => n.State == state), ("pool", pool.Key), ("state", state.ToString()));
    }

    private static void Agents(PrometheusText text, IReadOnlyList<AgentShare> shares, int most)
    {
        var named = shares.Select(s => s.Agent).Distinct().Take(most).ToHashSet(StringComparer.Ordinal);
        var rows = shares.GroupBy(s => (Agent: named.Contains(s.Agent) ? s.Agent : OtherAgents, s.Pool)).ToList();
        Write("granary_agent_dominant_share_ratio", "Largest fraction of the pool that an agent holds in any resource.", s => s.DominantShare);
        Write("granary_agent_fair_share_ratio", "The fraction of the pool that an agent is owed now among those with demand.", s => s.FairShare);
        Write("granary_agent_tasks_queued", "An agent's tasks that wait.", s => s.Queued);
        Write("granary_agent_tasks_running", "An agent's tasks that run.", s => s.Running);

        void Write(string name, string help, Func<AgentShare, double> value)
        {
            text.Family(name, "gauge", help);
            foreach (var row in rows) text.Sample(name, row.Sum(value), ("agent", row.Key.Agent), ("pool", row.Key.Pool));
        }
    }

    private static (double Value, string Unit) BaseUnits(string resource, long amount) => resource switch
    {
        ResourceNames.Cpu => (amount / 1000.0, "core"),
        ResourceNames.Memory or ResourceNames.GpuMemory => (amount * 1048576.0, "byte"),
        ResourceNames.Gpu => (amount / 1000.0, "device"),
        ResourceNames.Network => (amount * 1_000_000.0, "bit_per_second"),
        ResourceNames.Storage => (amount * 1048576.0, "byte_per_second"),
        _ => (amount / 1000.0, "unit"),
    };

    private static (string, string) Pool(PoolView pool) => ("pool", pool.Spec.Name);
}
