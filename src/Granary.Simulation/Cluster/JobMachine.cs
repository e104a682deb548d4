using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Cluster;

/// <summary>The machine as a policy sees it: the time, the jobs, what is free; and the one thing it may do.</summary>
internal sealed class JobMachine(IReadOnlyList<Job> jobs, ProcessorSet processors)
{
    private readonly Job[] _jobs = jobs as Job[] ?? [.. jobs];
    private readonly PriorityQueue<(int Job, int Attempt), (long At, int Job)> _future = new();
    private readonly int[] _attempts = new int[jobs.Count];

    public int Jobs => _jobs.Length;

    /// <summary>Microseconds since the first submission.</summary>
    public long Now { get; set; }

    public int Free => processors.Free;

    public int Capacity => processors.Capacity;

    /// <summary>When a job was last started; -1 before.</summary>
    public long[] Starts { get; } = NewTimes(jobs.Count);

    /// <summary>When a running job will end; when a finished one did; -1 before.</summary>
    public long[] Ends { get; } = NewTimes(jobs.Count);

    /// <summary>Starts so far, with repeated ones.</summary>
    public long Decisions { get; private set; }

    /// <summary>When the next running job ends; <see cref="long.MaxValue"/> when none runs.</summary>
    public long NextEnd
    {
        get
        {
            // The end of an attempt that was stopped must not move time: it would lengthen the makespan.
            while (_future.TryPeek(out var it, out var end))
            {
                if (_attempts[it.Job] == it.Attempt) return end.At;
                _future.Dequeue();
            }
            return long.MaxValue;
        }
    }

    /// <summary>Jobs that will never run: the cluster could not hold them when they came, or no longer when nodes were lost, or the policy refused them.</summary>
    public bool[] Rejected { get; } = new bool[jobs.Count];

    /// <summary>By when a job was to end, as far as the policy set that; null when it sets none.</summary>
    public long[]? Deadlines { get; set; }

    /// <summary>Jobs that have ended or were rejected.</summary>
    public int Done { get; private set; }

    public ref readonly Job Job(int job) => ref _jobs[job];

    public void Start(int job)
    {
        ref readonly var it = ref _jobs[job];
        if (it.Processors > Free) throw new InvalidOperationException($"job {it.Id} wants {it.Processors} processors and {Free} are free");
        var slowness = processors.Take(job, it.Processors);
        Starts[job] = Now;
        Ends[job] = Now + (slowness == 1 ? it.Run : (long)Math.Ceiling(it.Run * slowness));
        _future.Enqueue((job, _attempts[job]), (Ends[job], job));
        Decisions++;
    }

    /// <summary>Takes the job that ends next.</summary>
    public int End()
    {
        var job = _future.Dequeue().Job;
        processors.Return(job, _jobs[job].Processors);
        Done++;
        return job;
    }

    /// <summary>Stops a running job; all it has done is lost.</summary>
    public void Stop(int job)
    {
        processors.Return(job, _jobs[job].Processors);
        Ends[job] = -1;
        _attempts[job]++;
    }

    /// <summary>A job that will never run.</summary>
    public void Reject(int job)
    {
        Rejected[job] = true;
        Done++;
    }

    private static long[] NewTimes(int count)
    {
        var times = new long[count];
        Array.Fill(times, -1);
        return times;
    }
}
