using Granary.Model;
using Granary.Scheduling;

namespace Granary.Simulation.Learning;

/// <summary>
/// A cluster of machines of several classes and a stream of tasks of several classes, drawn from a seed. Every pair of classes has a factor of
/// its own, so that no class of machines is the best for all: which is the best for a task cannot be read from the machines' speeds.
/// </summary>
public sealed class MixedCluster
{
    /// <summary>Of a task's run time over what its classes say, the same wherever it runs.</summary>
    private const double TaskNoise = 0.25;

    /// <summary>... and what differs from machine to machine.</summary>
    private const double PairNoise = 0.05;

    private readonly double[,] _factors;
    private readonly double[] _lengths;
    private readonly double[,] _runs;

    /// <param name="seed">Of everything random.</param>
    /// <param name="taskClasses">Classes of tasks, at least 1.</param>
    /// <param name="perClass">Tasks of each class.</param>
    /// <param name="load">Arriving work over capacity, were every task on its best machines, over 0.</param>
    public MixedCluster(int seed, int taskClasses = 6, int perClass = 500, double load = 0.3)
    {
        var random = new Random(seed);
        NodeClasses = ["old", "new", "wide", "vector"];
        TaskClasses = taskClasses;
        _factors = new double[taskClasses, NodeClasses.Count];
        _lengths = new double[taskClasses];
        for (var t = 0; t < taskClasses; t++)
        {
            _lengths[t] = 5 * Math.Pow(8, random.NextDouble());
            for (var n = 0; n < NodeClasses.Count; n++) _factors[t, n] = Math.Exp(0.55 * Normal(random)) * (n == 0 ? 1.5 : 1);
        }
        Tasks = new (int Class, long At)[taskClasses * perClass];
        _runs = new double[Tasks.Length, NodeClasses.Count];
        var order = Enumerable.Range(0, Tasks.Length).Select(i => i % taskClasses).ToArray();
        random.Shuffle(order);
        var slots = NodesPerClass * NodeClasses.Count * (CoresPerNode / CoresPerTask);
        var between = Enumerable.Range(0, taskClasses).Average(t => Enumerable.Range(0, NodeClasses.Count).Min(n => MeanRun(t, n))) / (slots * load);
        double at = 0;
        for (var i = 0; i < Tasks.Length; i++)
        {
            at += -between * Math.Log(1 - random.NextDouble());
            Tasks[i] = (order[i], (long)(at * Clock.Second));
            var own = TaskNoise * Normal(random);
            for (var n = 0; n < NodeClasses.Count; n++) _runs[i, n] = MeanRun(order[i], n) * Math.Exp(own + (PairNoise * Normal(random)));
        }
    }

    public const int NodesPerClass = 3;
    public const int CoresPerNode = 16;
    public const int CoresPerTask = 4;

    public IReadOnlyList<string> NodeClasses { get; }

    public int TaskClasses { get; }

    /// <summary>Class and arrival (microseconds from 0) of every task, in the order of arrival.</summary>
    public (int Class, long At)[] Tasks { get; }

    /// <summary>Median run time of a class of tasks on a class of machines, seconds.</summary>
    public double MeanRun(int task, int node) => _lengths[task] * _factors[task, node];

    /// <summary>What task number <paramref name="task"/> takes on a class of machines, seconds.</summary>
    public double Run(int task, int node) => _runs[task, node];

    /// <summary>The class of machines that would serve a class of tasks best in the mean of all its tasks.</summary>
    public int BestFixed(int taskClass)
    {
        var sums = new double[NodeClasses.Count];
        for (var i = 0; i < Tasks.Length; i++)
            if (Tasks[i].Class == taskClass)
                for (var n = 0; n < sums.Length; n++) sums[n] += _runs[i, n];
        return Array.IndexOf(sums, sums.Min());
    }

    public IEnumerable<NodeSpec> Nodes()
    {
        for (var i = 0; i < NodesPerClass * NodeClasses.Count; i++)
            yield return new NodeSpec
            {
                Name = $"{NodeClasses[i % NodeClasses.Count]}-{i / NodeClasses.Count}",
                Simulated = true,
                Capacity = new ResourceSet { CpuMilli = CoresPerNode * 1000 },
                Traits = new NodeTraits { Class = NodeClasses[i % NodeClasses.Count] },
            };
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
