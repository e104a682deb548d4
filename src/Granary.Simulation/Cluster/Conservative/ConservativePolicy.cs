using Granary.Simulation.Cluster.Backfill;

namespace Granary.Simulation.Cluster.Conservative;

/// <summary>
/// Every job has a reservation from the moment it is queued: it goes ahead of others only where that delays none of them. When a job ends early, the
/// reservations move forward, in their order. Source: Mu'alem and Feitelson, 2001.
/// </summary>
/// <remarks>A promised start is never put off, as long as no job outlives its estimate and no node is lost: then all are planned anew, in the order of their promises.</remarks>
internal sealed class ConservativePolicy(JobMachine machine, IRunTimes runTimes) : IJobPolicy
{
    private readonly AvailabilityProfile _profile = new(0, machine.Capacity);
    private readonly RunningJobs _running = new(machine);
    private readonly SortedSet<(long Start, int Job)> _planned = [];
    private readonly long[] _start = new long[machine.Jobs];
    private readonly long[] _expected = new long[machine.Jobs];
    private readonly long[] _expectedEnd = new long[machine.Jobs];
    private readonly List<(long Start, int Job)> _order = [];
    private bool _early;
    private int _capacity = machine.Capacity;
    private bool _broken;

    /// <summary>The first start that a job was promised; tests hold it against the real one.</summary>
    public long[] Promises { get; } = new long[machine.Jobs];

    public long Wake => _planned.Count == 0 ? long.MaxValue : _planned.Min.Start;

    public void Queued(int job)
    {
        _profile.Advance(machine.Now);
        _expected[job] = Math.Max(1, runTimes.Expect(job));
        if (Broken)
        {
            // The plan is about to be made anew: it goes behind all others.
            _start[job] = long.MaxValue;
            _planned.Add((long.MaxValue, job));
            return;
        }
        // A hole that an early end has just made belongs to those before it.
        if (_early) Compress();
        Plan(job);
        Promises[job] = _start[job];
    }

    public void Ended(int job)
    {
        runTimes.Learn(job);
        _running.Remove(job);
        if (_expectedEnd[job] <= machine.Now) return;
        _profile.Advance(machine.Now);
        _profile.Change(machine.Now, _expectedEnd[job], machine.Job(job).Processors);
        _early = true;
    }

    public void Interrupted(int job)
    {
        _running.Remove(job);
        _broken = true;
    }

    public void Removed(int job)
    {
        _planned.Remove((_start[job], job));
        _broken = true;
    }

    public void Schedule()
    {
        _profile.Advance(machine.Now);
        if (_running.ProlongOverdue()) _broken = true;
        if (Broken) PlanAnew();
        else if (_early) Compress();
        _broken = _early = false;
        while (_planned.Count > 0 && _planned.Min is var (start, job) && start <= machine.Now)
        {
            _planned.Remove((start, job));
            machine.Start(job);
            _expectedEnd[job] = machine.Now + _expected[job];
            _running.Add(job, _expectedEnd[job]);
        }
    }

    /// <summary>The plan no longer says what is true. Who lost only a free processor is not told of it.</summary>
    private bool Broken => _broken || _capacity != machine.Capacity;

    private void Plan(int job)
    {
        var processors = machine.Job(job).Processors;
        _start[job] = _profile.Earliest(processors, _expected[job]);
        _profile.Change(_start[job], _start[job] + _expected[job], -processors);
        _planned.Add((_start[job], job));
    }

    private void Compress()
    {
        _early = false;
        Order();
        foreach (var (start, job) in _order)
        {
            _planned.Remove((start, job));
            _profile.Change(start, start + _expected[job], machine.Job(job).Processors);
            Plan(job);
        }
    }

    private void PlanAnew()
    {
        _capacity = machine.Capacity;
        _profile.Reset(machine.Now, _capacity);
        foreach (var (end, job) in _running.ByEnd())
        {
            _expectedEnd[job] = end;
            _profile.Change(machine.Now, end, -machine.Job(job).Processors);
        }
        Order();
        _planned.Clear();
        foreach (var (_, job) in _order)
        {
            Plan(job);
            if (Promises[job] == 0) Promises[job] = _start[job];
        }
    }

    private void Order()
    {
        _order.Clear();
        _order.AddRange(_planned);
    }
}
