using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Overcommit;

/// <summary>A pool in virtual time whose nodes are measured every two seconds: what each task uses of what it asks for is a test's to say.</summary>
internal sealed class MeasuredPool
{
    public const int HistorySeconds = 20;

    public MeasuredPool(OvercommitPolicy? policy, Func<Assignment, double, double> uses, SchedulerOptions? options = null, PreemptionPolicy? preemption = null)
    {
        Uses = uses;
        Pool = new VirtualPool(options);
        Configure(policy, preemption);
    }

    public VirtualPool Pool { get; }

    /// <summary>Which part of its request a task uses, by its assignment and the time in seconds.</summary>
    public Func<Assignment, double, double> Uses { get; set; }

    /// <summary>Nodes and the time at which one was asked for more than it has, and by how much.</summary>
    public List<(double At, string Node, double Over)> Saturated { get; } = [];

    public static OvercommitPolicy Policy(double ceiling = 1.5, double memoryCeiling = 1) => new()
    {
        Ceiling = ceiling,
        MemoryCeiling = memoryCeiling,
        History = TimeSpan.FromSeconds(HistorySeconds),
    };

    public void Configure(OvercommitPolicy? policy, PreemptionPolicy? preemption = null) => Pool.Scheduler.Configure(new PoolSpec
    {
        Name = "default",
        Policy = new PoolPolicy { Overcommit = policy, Preemption = preemption },
    }, Pool.Now, Pool.Events, Pool);

    /// <summary>Runs on, with a reading of every node each two seconds.</summary>
    public void Run(double untilSeconds)
    {
        for (var at = Pool.Seconds; at < untilSeconds; at += 2)
        {
            Pool.Run(Math.Min(at, untilSeconds));
            foreach (var node in Pool.Scheduler.NodeNames()) Measure(node);
        }
        Pool.Run(untilSeconds);
    }

    public void Measure(string node)
    {
        var (cpu, memory) = UseOf(node);
        var capacity = Pool.Capacity(node);
        if (cpu > capacity.CpuMilli) Saturated.Add((Pool.Seconds, node, cpu / (double)capacity.CpuMilli));
        Pool.Scheduler.Measure(node, Math.Min(cpu, capacity.CpuMilli), memory, Pool.Now, Pool.Events, Pool);
        Pool.Decide();
    }

    /// <summary>What the tasks on a node use now, thousandths of a core and MiB.</summary>
    public (long CpuMilli, long MemoryMiB) UseOf(string node)
    {
        var (cpu, memory) = (0.0, 0.0);
        foreach (var running in Pool.Running)
        {
            if (running.Lease.Node != node) continue;
            var part = Uses(running, Pool.Seconds);
            cpu += part * running.Spec.Resources.CpuMilli;
            memory += part * running.Spec.Resources.MemoryMiB;
        }
        return ((long)Math.Ceiling(cpu), (long)Math.Ceiling(memory));
    }

    /// <summary>Cores held on a node by all its leases, and by the spare ones.</summary>
    public (double Held, double Spare) CoresOn(string node) =>
        (Pool.Scheduler.Node(node)!.Value.Used.CpuMilli / 1000.0, Pool.Scheduler.SpareOn(node).Sum(n => Pool.Scheduler.Get(n, Pool.Now)!.Spec.Resources.CpuMilli) / 1000.0);
}
