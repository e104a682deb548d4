using System.Diagnostics;
using Granary.Model;

namespace Granary.Benchmarks.SchedulerDecisions;

/// <summary>The plain baseline: at every completion it sorts everything that waits by its agent's share, and tries each task on each node in turn.</summary>
internal sealed class NaiveScheduler
{
    private readonly NodeSpec[] _nodes;
    private readonly long[] _cpu;
    private readonly long[] _memory;
    private readonly long[] _gpu;
    private readonly Dictionary<string, AgentSpec> _agents;
    private readonly Dictionary<string, (long Cpu, long Memory, long Gpu)> _used = [];
    private readonly List<(TaskSpec Spec, long Number)> _queue = [];
    private readonly PriorityQueue<(TaskSpec Spec, int Node), long> _running = new();
    private readonly TaskSpec[] _specs;
    private readonly Random _random = new(DecisionWorkload.Seed + 3);
    private readonly int _queued;
    private long _now;
    private long _number;
    private long _decisions;

    public NaiveScheduler(DecisionWorkload workload)
    {
        _nodes = [.. workload.NodeSpecs()];
        _cpu = [.. _nodes.Select(n => n.Capacity.CpuMilli)];
        _memory = [.. _nodes.Select(n => n.Capacity.MemoryMiB)];
        _gpu = [.. _nodes.Select(n => n.Capacity.GpuMilli)];
        _agents = workload.AgentSpecs().ToDictionary(a => a.Id);
        foreach (var agent in _agents.Keys) _used[agent] = default;
        _specs = workload.TaskSpecs();
        _queued = workload.Queued;
        Refill();
        while (PlaceFirst()) Refill();
    }

    /// <summary>Decisions a second of processor time, like those it is compared with, over the given time.</summary>
    public double Measure(TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        var (before, core) = (_decisions, CoreClock.Now);
        while (clock.Elapsed < time)
        {
            Complete();
            while (PlaceFirst())
            {
            }
            Refill();
        }
        return (_decisions - before) / ((CoreClock.Now - core) / 1e9);
    }

    private void Complete()
    {
        _running.TryDequeue(out var ended, out var end);
        _now = Math.Max(_now, end);
        Hold(ended.Spec, ended.Node, -1);
        _decisions++;
    }

    private bool PlaceFirst()
    {
        var (cpu, memory, gpu) = (_nodes.Sum(n => n.Capacity.CpuMilli), _nodes.Sum(n => n.Capacity.MemoryMiB), Math.Max(1, _nodes.Sum(n => n.Capacity.GpuMilli)));
        var order = _queue.OrderByDescending(t => _agents[t.Spec.Agent].Class)
            .ThenBy(t => Math.Max(Math.Max(_used[t.Spec.Agent].Cpu / (double)cpu, _used[t.Spec.Agent].Memory / (double)memory), _used[t.Spec.Agent].Gpu / (double)gpu) / _agents[t.Spec.Agent].Weight)
            .ThenByDescending(t => t.Spec.Priority).ThenBy(t => t.Number).ToList();
        foreach (var task in order)
            for (var node = 0; node < _nodes.Length; node++)
            {
                var need = task.Spec.Resources;
                if (need.CpuMilli > _cpu[node] || need.MemoryMiB > _memory[node] || need.GpuMilli > _gpu[node]) continue;
                Hold(task.Spec, node, 1);
                _queue.Remove(task);
                _running.Enqueue((task.Spec, node), _now + (long)(task.Spec.Duration!.Value.TotalMicroseconds * (0.5 + _random.NextDouble())));
                _decisions++;
                return true;
            }
        return false;
    }

    private void Hold(TaskSpec spec, int node, int sign)
    {
        _cpu[node] -= sign * spec.Resources.CpuMilli;
        _memory[node] -= sign * spec.Resources.MemoryMiB;
        _gpu[node] -= sign * spec.Resources.GpuMilli;
        var used = _used[spec.Agent];
        _used[spec.Agent] = (used.Cpu + sign * spec.Resources.CpuMilli, used.Memory + sign * spec.Resources.MemoryMiB, used.Gpu + sign * spec.Resources.GpuMilli);
    }

    private void Refill()
    {
        while (_queue.Count < _queued) _queue.Add((_specs[_random.Next(_specs.Length)], ++_number));
    }
}
