using Granary.Model;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Replay;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Cluster;

/// <summary>
/// Rigid jobs on a cluster in virtual time, from one thing that happens to the next. Of one moment, ends come first, then losses of nodes, then
/// submissions; then the policy is asked once. Deterministic: equal arguments give equal schedules.
/// </summary>
internal sealed class ClusterSimulation
{
    private const int MostIdleTurns = 100_000;
    private const long LatestTime = long.MaxValue / 8;

    private readonly Workload _workload;
    private readonly ProcessorSet _processors;
    private readonly IJobPolicy _policy;
    private readonly NodeLoss[] _losses;
    private readonly Random _random;
    private int _submitted;
    private int _lost;
    private int _idleTurns;

    public ClusterSimulation(Workload workload, ClusterSpec cluster, Func<JobMachine, IJobPolicy> policy, IReadOnlyList<NodeLoss> losses, int seed)
    {
        _workload = workload;
        _processors = new ProcessorSet(cluster, losses.Count > 0);
        _losses = [.. losses.OrderBy(l => l.AtSeconds)];
        _random = new Random(seed);
        Machine = new JobMachine(workload.Jobs, _processors);
        _policy = policy(Machine);
    }

    public JobMachine Machine { get; }

    /// <summary>What the cluster could have done from the first submission to the last end, processor-microseconds.</summary>
    public double Offered { get; private set; }

    /// <exception cref="GranaryException">Invalid, when virtual time overflows.</exception>
    public void Run(CancellationToken cancel)
    {
        for (var turns = 0; ; turns++)
        {
            if ((turns & 1023) == 0) cancel.ThrowIfCancellationRequested();
            var next = Next();
            if (next == long.MaxValue || Machine.Done == _workload.Jobs.Count) break;
            if (next > LatestTime) throw GranaryException.Invalid("the replay's clock has run over: the trace's run times are too long to add up");
            Offered += (double)Machine.Capacity * (next - Machine.Now);
            Machine.Now = next;
            Watch();
            End();
            Lose();
            Submit();
            _policy.Schedule();
        }
    }

    public Schedule Schedule() => new(_workload, Machine.Starts, Machine.Ends, Machine.Rejected, Offered, Machine.Decisions) { Deadlines = Machine.Deadlines };

    private long Next()
    {
        var next = Machine.NextEnd;
        if (_submitted < _workload.Jobs.Count) next = Math.Min(next, _workload.Jobs[_submitted].Submit);
        if (_lost < _losses.Length) next = Math.Min(next, LossTime());
        return Math.Max(Machine.Now, Math.Min(next, _policy.Wake));
    }

    private long LossTime() => WorkloadBuilder.Micros(_losses[_lost].AtSeconds);

    /// <summary>A policy that lets jobs wait for ever beside an idle machine is broken; it must not hang its caller.</summary>
    private void Watch()
    {
        var idle = Machine.NextEnd == long.MaxValue && _submitted == _workload.Jobs.Count && _lost == _losses.Length;
        _idleTurns = idle ? _idleTurns + 1 : 0;
        if (_idleTurns > MostIdleTurns) throw new InvalidOperationException($"{_workload.Jobs.Count - Machine.Done} jobs wait, nothing runs, and the policy starts nothing");
    }

    private void End()
    {
        while (Machine.NextEnd <= Machine.Now) _policy.Ended(Machine.End());
    }

    private void Lose()
    {
        for (; _lost < _losses.Length && LossTime() <= Machine.Now; _lost++)
        {
            var alive = _processors.Alive();
            for (var i = 0; i < _losses[_lost].Nodes && alive.Count > 0; i++)
            {
                var place = _random.Next(alive.Count);
                LoseNode(alive[place]);
                alive.RemoveAt(place);
            }
            RejectWhatNoLongerFits();
        }
    }

    private void LoseNode(int node)
    {
        var thrown = _processors.On(node);
        foreach (var job in thrown)
        {
            Machine.Stop(job);
            _policy.Interrupted(job);
        }
        _processors.Lose(node);
        foreach (var job in thrown) _policy.Queued(job);
    }

    private void RejectWhatNoLongerFits()
    {
        for (var job = 0; job < _submitted; job++)
        {
            if (Machine.Rejected[job] || Machine.Ends[job] >= 0 || Machine.Job(job).Processors <= Machine.Capacity) continue;
            Machine.Reject(job);
            _policy.Removed(job);
        }
    }

    private void Submit()
    {
        for (; _submitted < _workload.Jobs.Count && _workload.Jobs[_submitted].Submit <= Machine.Now; _submitted++) Queue(_submitted);
    }

    private void Queue(int job)
    {
        if (Machine.Job(job).Processors > Machine.Capacity) Machine.Reject(job);
        else _policy.Queued(job);
    }
}
