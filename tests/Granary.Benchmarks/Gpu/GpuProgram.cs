using System.Diagnostics;
using System.Globalization;
using Granary.Scheduling.Placement.Gpu;
using Granary.Simulation.Openb;

namespace Granary.Benchmarks.Gpu;

/// <summary>
/// <c>gpu [--quick]</c>: how many GPUs each placement policy gives away on the openb trace beside what was published, and how fast it decides beside
/// a plain implementation. With GRANARY_DATA; a made-up cluster else, without figures to compare with. Fails when a figure is off by more than a point.
/// </summary>
public static class GpuProgram
{
    private const double Tolerance = 1;

    /// <summary>Alibaba's simulator, default pods, mean of 10 shuffles, per cent at 100% and 130% of the GPUs asked (Weng et al., USENIX ATC 2023).</summary>
    private static readonly Dictionary<string, (double At100, double At130)> Published = new()
    {
        [GpuPolicies.Random] = (86.30, 87.47),
        [GpuPolicies.DotProduct] = (90.62, 90.85),
        [GpuPolicies.Clustering] = (91.65, 91.88),
        [GpuPolicies.Packing] = (91.78, 92.00),
        [GpuPolicies.BestFit] = (92.86, 93.08),
        [GpuPolicies.Fgd] = (95.23, 95.39),
    };

    public static int Run(string[] arguments)
    {
        var data = Environment.GetEnvironmentVariable("GRANARY_DATA");
        var real = data is { Length: > 0 };
        if (!real) Console.WriteLine("GRANARY_DATA is not set: a made-up cluster, whose figures compare with nothing published");
        var trace = real ? OpenbTrace.Read(Path.Combine(data!, "openb", "pods-default.csv"), Path.Combine(data!, "openb", "nodes.csv")) : MadeUpTrace.Make();
        var failed = Quality(trace, real, arguments.Contains("--quick") ? 3 : 10);
        Console.WriteLine();
        Speed(trace);
        if (failed > 0) Console.Error.WriteLine($"{failed} figures are off by more than {Tolerance} point");
        return failed > 0 ? 1 : 0;
    }

    private static int Quality(OpenbTrace trace, bool real, int shuffles)
    {
        var workload = Workload(trace);
        var failed = 0;
        Console.WriteLine($"| GPUs given away, % (mean of {shuffles} shuffles) | 100% asked | published | 130% asked | published |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (var policy in GpuPolicies.Names)
        {
            var curves = Enumerable.Range(1, shuffles).Select(seed => AllocationExperiment.Run(
                trace, workload, (nodes, mix, own) => GpuPolicies.Create(policy, nodes, mix, own)!, (ulong)seed)).ToArray();
            var (at100, at130) = (100 * curves.Average(c => c.At(1) ?? double.NaN), 100 * curves.Average(c => c.At(1.3) ?? double.NaN));
            var known = Published.TryGetValue(policy, out var published) && real;
            if (known && (Math.Abs(at100 - published.At100) > Tolerance || Math.Abs(at130 - published.At130) > Tolerance)) failed++;
            Print(policy, Text(at100), known ? Text(published.At100) : "", Text(at130), known ? Text(published.At130) : "");
        }
        return failed;
    }

    private static void Speed(OpenbTrace trace)
    {
        var workload = Workload(trace);
        Console.WriteLine($"| decisions on {trace.Nodes.Count:N0} nodes, one core | decisions/s | bytes/decision |");
        Console.WriteLine("| --- | ---: | ---: |");
        Measure(trace, workload, (_, mix, _) => new PlainFragmentationPolicy(mix), most: 300);
        foreach (var policy in (string[])[GpuPolicies.Fgd, GpuPolicies.Lookahead, GpuPolicies.BestFit, GpuPolicies.Random])
            Measure(trace, workload, (nodes, mix, own) => GpuPolicies.Create(policy, nodes, mix, own)!, most: 200_000);
    }

    /// <summary>Places pods in a random order, and when one fits nowhere releases the one that has been there longest, so that the cluster stays full.</summary>
    private static void Measure(OpenbTrace trace, GpuWorkload workload, Func<GpuNodes, GpuWorkload, ulong, GpuPolicy> create, int most)
    {
        var nodes = new GpuNodes([.. trace.Nodes]);
        var policy = create(nodes, workload, 1);
        GpuRequest[] pods = [.. trace.Pods.Select(p => p.Request)];
        new SplitMix64(1).Shuffle(pods.AsSpan());
        var held = new Queue<(int Node, GpuRequest Request, uint Devices)>(pods.Length);
        Turn(nodes, policy, pods, held, Math.Min(most / 10, pods.Length));
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var decisions = Turn(nodes, policy, pods, held, most);
        var seconds = watch.Elapsed.TotalSeconds;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Print(policy.Name, (decisions / seconds).ToString("N0", CultureInfo.InvariantCulture), (bytes / decisions).ToString("N0", CultureInfo.InvariantCulture));
    }

    private static int Turn(GpuNodes nodes, GpuPolicy policy, GpuRequest[] pods, Queue<(int Node, GpuRequest Request, uint Devices)> held, int decisions)
    {
        for (var i = 0; i < decisions; i++)
        {
            var request = pods[i % pods.Length];
            var node = policy.Choose(nodes, request, out var devices);
            if (node >= 0)
            {
                nodes.Place(node, request, devices);
                held.Enqueue((node, request, devices));
            }
            if (node < 0 || held.Count == pods.Length)
            {
                var (on, released, from) = held.Dequeue();
                nodes.Release(on, released, from);
            }
        }
        return decisions;
    }

    private static GpuWorkload Workload(OpenbTrace trace) => GpuWorkload.Of(trace.Pods.Select(p => p.Request));

    private static string Text(double value) => value.ToString("N2", CultureInfo.InvariantCulture);

    private static void Print(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
