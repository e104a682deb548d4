using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.Benchmarks.SchedulerDecisions;
using Granary.Model;
using Granary.Scheduling;

namespace Granary.Benchmarks.Questions;

/// <summary><c>questions</c>: how long explain, what-if, quota and positions take with a long queue, inside the pool's turn.</summary>
public static class QuestionsProgram
{
    private const int Queued = 100_000;
    private const double TargetMs = 100;

    public static int Run()
    {
        var workload = new DecisionWorkload(1_000, 1_000, Queued);
        var now = 1_700_000_000_000_000;
        var pool = new PoolScheduler("default", new SchedulerOptions());
        var events = new EventBatch();
        foreach (var node in workload.NodeSpecs()) pool.NodeUp(new NodeUpRequest(node, NodeState.Ready, null), now, events, NoEffects.Instance);
        pool.SetAgents(workload.AgentSpecs(), now, events, NoEffects.Instance);
        var specs = workload.TaskSpecs();
        var random = new Random(DecisionWorkload.Seed);
        while (pool.QueuedTasks < Queued)
        {
            pool.Submit(new SubmitBatch("", [.. Enumerable.Range(0, 1000).Select(_ => new SubmitItem(specs[random.Next(specs.Length)]))]), now, events, NoEffects.Instance);
            pool.Schedule(now, events, NoEffects.Instance, int.MaxValue);
            events.Clear();
            now += 1000;
        }
        var waiting = pool.List(new TaskQuery { States = [TaskState.Queued], Limit = 1000 }, now).Select(t => t.Id.Number).ToArray();
        var nodes = pool.NodeNames();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| question, {pool.QueuedTasks:N0} waiting, 1,000 nodes, 1,000 agents | median ms | p99 ms | target ms |"));
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        var missed = 0;
        Row("explain: reason, evidence, next step, position", 500, i => pool.Explain(waiting[i % waiting.Length], now));
        Row("explain: the decision and its alternatives", 200, i => pool.Decision(waiting[i % waiting.Length], now));
        Row("whatif submit", 200, i => pool.WhatIfSubmit(new SubmitItem(specs[i * 37 % specs.Length]), now));
        Row("whatif node-loss", 200, i => pool.WhatIfNodeLoss(nodes[i % nodes.Count], now));
        Row("quota: every agent's share", 100, _ => pool.Shares(now));
        Row("the pool at a glance, with the counts of reasons", 100, _ => pool.Describe(now));
        return missed;

        void Row(string name, int times, Func<int, object?> ask)
        {
            for (var i = 0; i < 5; i++) ask(i);
            var spans = new double[times];
            for (var i = 0; i < times; i++)
            {
                var start = Stopwatch.GetTimestamp();
                ask(i);
                spans[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
            Array.Sort(spans);
            if (spans[(int)(times * 0.99)] > TargetMs) missed = 1;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {spans[times / 2]:0.00} | {spans[(int)(times * 0.99)]:0.00} | {TargetMs:0} |"));
        }
    }
}
