using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Metrics;

/// <summary>What became of tasks, by class, as Prometheus families. Labels are bounded: classes beyond the bound are summed under one name.</summary>
internal static class ApplicationMetrics
{
    private const string Other = "_other";

    public static void Write(PrometheusText text, IReadOnlyList<ApplicationSummary> pools, int classes)
    {
        var rows = pools.SelectMany(p => Bounded(p.Classes, classes).Select(c => (p.Pool, Class: c.Name, c.Of))).ToList();
        text.Family("granary_class_tasks_ended_total", "counter", "Tasks that have ended, by their class and the state in which they did.");
        foreach (var (pool, name, of) in rows)
            foreach (var state in Enum.GetValues<TaskState>().Where(s => s.IsFinal()))
                text.Sample("granary_class_tasks_ended_total", of.Sum(c => c.Ended.GetValueOrDefault(state)), ("pool", pool), ("class", name), ("state", state.ToString()));
        text.Family("granary_class_attempts_total", "counter", "Attempts of tasks that have ended.");
        foreach (var (pool, name, of) in rows) text.Sample("granary_class_attempts_total", of.Sum(c => c.Attempts), ("pool", pool), ("class", name));
        text.Family("granary_class_attempts_failed_total", "counter", "Attempts that failed and were tried again.");
        foreach (var (pool, name, of) in rows) text.Sample("granary_class_attempts_failed_total", of.Sum(c => c.Retried), ("pool", pool), ("class", name));
        Times("granary_class_wait_seconds", "From submission to the start of the last attempt.", c => c.Wait);
        Times("granary_class_run_seconds", "Run time of the last attempt.", c => c.Run);
        Times("granary_class_total_seconds", "From submission to the end.", c => c.Total);
        Ratio("granary_class_cpu_efficiency_ratio", "CPU time used over what was requested.", c => c.CpuEfficiency);
        Ratio("granary_class_memory_efficiency_ratio", "Peak memory over what was requested, weighted by run time.", c => c.MemoryEfficiency);
        Ratio("granary_class_goodput_ratio", "Tasks that succeeded over attempts.", c => c.Goodput);
        text.Family("granary_errors_total", "counter", "Attempts that failed and tasks that were refused or lost.");
        foreach (var pool in pools) text.Sample("granary_errors_total", pool.Errors.Total, ("pool", pool.Pool));
        Errors("granary_errors_by_reason", "reason", e => e.Reasons);
        Errors("granary_errors_by_agent", "agent", e => e.Agents);
        Errors("granary_errors_by_node", "node", e => e.Nodes);

        void Times(string family, string help, Func<ClassSummary, TimeFigures> times)
        {
            text.Family(family, "histogram", help);
            foreach (var (pool, name, of) in rows)
            {
                for (var i = 0; i < TimeFigures.BucketExponents.Count; i++)
                    text.Sample($"{family}_bucket", of.Sum(c => times(c).Buckets[i]), ("pool", pool), ("class", name), ("le", PrometheusText.Number(((1L << TimeFigures.BucketExponents[i]) - 1) / 1e6)));
                text.Sample($"{family}_bucket", of.Sum(c => times(c).Count), ("pool", pool), ("class", name), ("le", "+Inf"))
                    .Sample($"{family}_sum", of.Sum(c => times(c).Sum) / 1e6, ("pool", pool), ("class", name))
                    .Sample($"{family}_count", of.Sum(c => times(c).Count), ("pool", pool), ("class", name));
            }
        }

        // a ratio of several classes would need their weights: those that are summed have none
        void Ratio(string family, string help, Func<ClassSummary, double?> ratio)
        {
            text.Family(family, "gauge", help);
            foreach (var (pool, name, of) in rows)
                if (of is [var one] && name != Other && ratio(one) is { } value) text.Sample(family, value, ("pool", pool), ("class", name));
        }

        // the most frequent only, and a count may fall when another takes its place: a gauge
        void Errors(string family, string label, Func<ErrorSummary, IReadOnlyList<ErrorCount>> of)
        {
            text.Family(family, "gauge", $"Errors so far of each {label} that has most of them.");
            foreach (var pool in pools)
                foreach (var error in of(pool.Errors))
                    text.Sample(family, error.Count, ("pool", pool.Pool), (label, error.Key));
        }
    }

    private static IEnumerable<(string Name, IReadOnlyList<ClassSummary> Of)> Bounded(IReadOnlyList<ClassSummary> classes, int most)
    {
        var named = classes.Where(c => c.Class != Other).Take(most).ToList();
        foreach (var one in named) yield return (one.Class, [one]);
        ClassSummary[] rest = [.. classes.Except(named)];
        if (rest.Length > 0) yield return (Other, rest);
    }
}
