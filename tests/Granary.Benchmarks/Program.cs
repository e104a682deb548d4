using Granary.Benchmarks.Distribution;
using Granary.Benchmarks.Energy;
using Granary.Benchmarks.Execution;
using Granary.Benchmarks.Gpu;
using Granary.Benchmarks.HostCalls;
using Granary.Benchmarks.Learning;
using Granary.Benchmarks.Load;
using Granary.Benchmarks.Micro;
using Granary.Benchmarks.Pauses;
using Granary.Benchmarks.Prediction;
using Granary.Benchmarks.Profiling;
using Granary.Benchmarks.Questions;
using Granary.Benchmarks.Replay;
using Granary.Benchmarks.SchedulerDecisions;
using Granary.Benchmarks.Shards;
using Granary.Benchmarks.Storage;
using Granary.Benchmarks.Telemetry;

namespace Granary.Benchmarks;

/// <summary>Figures, one family a verb: <c>dotnet run -c Release --project tests/Granary.Benchmarks -- VERB</c>.</summary>
internal static class Program
{
    private static readonly (string Verb, string What, Func<string[], Task<int>> Run)[] Families =
    [
        ("load", "the whole: calls, submissions, lives, latency, restart", LoadProgram.RunAsync),
        ("shards", "a pool with 1, 2 and 4 parts on one server", ShardsProgram.RunAsync),
        ("pauses", "pauses of the server's collections under its load, by settings of the collector", PausesProgram.RunAsync),
        ("connections", "10,000 open connections through the gateway and through REST, with others served", Crowd.RunAsync),
        ("host-calls", "grain calls in process and by the gateway", HostCallsProgram.RunAsync),
        ("decisions", "the scheduler alone, beside one that sorts everything", a => Task.FromResult(DecisionsProgram.Run(a))),
        ("questions", "explain, what-if and quota with 100,000 tasks waiting", _ => Task.FromResult(QuestionsProgram.Run())),
        ("learning", "how well the strategy that learns chooses machines", a => Task.FromResult(LearningProgram.Run(a))),
        ("storage", "the journal and the task table beside the bare disk", StorageFigures.Run),
        ("micro", "the small beside its plain version, by BenchmarkDotNet", MicroProgram.RunAsync),
        ("replay", "replays of traces beside a scheduler that sorts everything, and how good the policies are", a => Task.FromResult(ReplayProgram.Run(a))),
        ("gpu", "placement on shared GPUs beside what was published, and beside a plain implementation", a => Task.FromResult(GpuProgram.Run(a))),
        ("telemetry", "what sampling a machine costs, with many tasks and with many cores", a => Task.FromResult(TelemetryProgram.Run(a))),
        ("profiling", "what being profiled and sampled costs a process: paired runs", a => Task.FromResult(ProfilingProgram.Run(a))),
        ("telemetry-node", "what sampling costs a node agent as a process of its own", NodeProcessProgram.RunAsync),
        ("predictors", "what predictors and optimizers cost a live server with 100 nodes", LiveCostProgram.RunAsync),
        ("optimizer", "what the plans of optimizers cost a live server with 100 nodes", LiveCostProgram.OptimizerAsync),
        ("energy", "what parking machines saves and costs, simulated", a => Task.FromResult(EnergyProgram.Run(a))),
        ("distribution", "partitioned work by one worker and by one for each core, beside xargs", DistributionProgram.RunAsync),
        (ExecutionProgram.Verb, "the node agent beside bare process starts", ExecutionProgram.RunAsync),
    ];

    private static async Task<int> Main(string[] args)
    {
        var family = Families.FirstOrDefault(f => args.Length > 0 && f.Verb == args[0]);
        if (family.Run is not null) return await family.Run(args[1..]);
        await Console.Error.WriteLineAsync("which figures? " + string.Join("; ", Families.Select(f => $"{f.Verb}: {f.What}")));
        return 2;
    }
}
