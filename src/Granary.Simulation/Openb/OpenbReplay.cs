using System.Diagnostics;
using System.Globalization;
using Granary.Model;
using Granary.Scheduling.Placement.Gpu;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Openb;

/// <summary>
/// Replays pods of the openb trace on its machines: at their own times, for waits and utilisation, and in random orders at a load of one's choice
/// (<see cref="AllocationExperiment"/>), for how much of the GPUs a policy can give away.
/// </summary>
internal sealed class OpenbReplay : IReplay
{
    private const int DefaultShuffles = 10;
    private const int MostShuffles = 10_000;
    private const double MostLoad = 4;

    public TraceKind Kind => TraceKind.OpenbPods;

    public IReadOnlyList<string> Policies => GpuPolicies.Names;

    public ReplayReport Run(ReplayRequest request, string policy, CancellationToken cancel)
    {
        var (load, shuffles) = (request.Load ?? 1, request.Shuffles ?? DefaultShuffles);
        if (load is not (> 0 and <= MostLoad)) throw GranaryException.Invalid(Text($"--load is {load}; it must be above 0 and at most {MostLoad}"));
        if (shuffles is < 0 or > MostShuffles) throw GranaryException.Invalid($"--shuffles is {shuffles}; it must be 0 to {MostShuffles}");
        if (request.Nodes is null || int.TryParse(request.Nodes, NumberStyles.Integer, CultureInfo.InvariantCulture, out _))
            throw GranaryException.Invalid($"{request.Trace.Path}: GPU pods need machines with GPUs; name a file of them: --nodes nodes.csv, with columns sn,cpu_milli,memory_mib,gpu,model");
        var trace = OpenbTrace.Read(request.Trace.Path, request.Nodes);
        var workload = GpuWorkload.Of(trace.Pods.Select(p => p.Request));
        var watch = Stopwatch.StartNew();
        var timeline = Timeline(trace, workload, policy, request, cancel);
        var curves = new AllocationCurve[trace.GpuCapacityMilli > 0 ? shuffles : 0];
        for (var i = 0; i < curves.Length; i++)
        {
            curves[i] = AllocationExperiment.Run(
                trace, workload, (nodes, mix, seed) => GpuPolicies.Create(policy, nodes, mix, seed)!, (ulong)(request.Seed + i),
                Math.Max(load, AllocationExperiment.FullLoad), cancel);
        }
        return OpenbReport.Of(policy, trace, timeline, curves, load, watch.Elapsed);
    }

    internal static OpenbTimeline Timeline(OpenbTrace trace, GpuWorkload workload, string policy, ReplayRequest request, CancellationToken cancel)
    {
        var nodes = new GpuNodes([.. trace.Nodes]);
        var random = new SplitMix64((ulong)request.Seed);
        var order = Enumerable.Range(0, nodes.Count).ToArray();
        random.Shuffle(order.AsSpan());
        var (lost, slowed) = (request.Losses.Sum(l => (long)l.Nodes), request.Slow.Sum(s => (long)s.Nodes));
        if (lost >= nodes.Count) throw GranaryException.Invalid($"--lose-node loses {lost} nodes of {nodes.Count}; at least one must stay");
        if (slowed > nodes.Count) throw GranaryException.Invalid($"--slow-node slows {slowed} nodes of {nodes.Count}; there are no more");
        var slow = new double[nodes.Count];
        Array.Fill(slow, 1);
        var at = 0;
        foreach (var group in request.Slow)
            for (var i = 0; i < group.Nodes; i++) slow[order[at++]] = group.Factor;
        // Those that vanish are drawn from the other end, so that they are other nodes than the slow ones while there are enough.
        at = nodes.Count;
        var losses = new List<(long, int)>();
        foreach (var loss in request.Losses.OrderBy(l => l.AtSeconds))
            for (var i = 0; i < loss.Nodes; i++) losses.Add(((long)Math.Ceiling(loss.AtSeconds), order[--at]));
        var timeline = new OpenbTimeline(trace, nodes, GpuPolicies.Create(policy, nodes, workload, random.Next())!, slow);
        timeline.Run(losses, cancel);
        return timeline;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
