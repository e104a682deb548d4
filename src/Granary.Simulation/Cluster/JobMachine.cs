using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Cluster;

/// <summary>The machine as a policy sees it: the time, the jobs, what is free; and the one thing it may do.</summary>
internal sealed class JobMachine(IReadOnlyList<Job> jobs, ProcessorSet processors)
{
    private readonly Job[] _jobs = jobs as Job[] ?? [.. jobs];

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

    /// <summary>Ends to come. An end that no longer is the job's <see cref="Ends"/> is void.</summary>
    public PriorityQueue<int, (long At, int Job)> Future { get; } = new();

    public ref readonly Job Job(int job) => ref _jobs[job];

    public void Start(int job)
    {
        ref readonly var it = ref _jobs[job];
        if (it.Processors > Free) throw new InvalidOperationException($"job {it.Id} wants {it.Processors} processors and {Free} are free");
        var slowness = processors.Take(job, it.Processors);
        Starts[job] = Now;
        Ends[job] = Now + (slowness == 1 ? it.Run : (long)Math.Ceiling(it.Run * slowness));
        Future.Enqueue(job, (Ends[job], job));
        Decisions++;
    }

    private static long[] NewTimes(int count)
    {
        var times = new long[count];
        Array.Fill(times, -1);
        return times;
    }
}
