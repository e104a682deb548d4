namespace Granary.Simulation.Cluster.Backfill;

/// <summary>
/// The queue in order of a key; with backfilling, the first that does not fit has a reservation, and others may go ahead of it if they end before it or
/// leave it room. Source: EASY (Lifka, 1995).
/// </summary>
/// <remarks>
/// Without an end, a job that could not be backfilled before cannot be now: time only passes. So an arrival is compared by itself, and the
/// queue is searched again only after an end or with a new head.
/// </remarks>
internal class BackfillPolicy(JobMachine machine, IRunTimes runTimes, Func<int, long, double> key, bool backfill) : IJobPolicy
{
    private readonly WaitingJob[] _entries = new WaitingJob[machine.Jobs];
    private readonly bool[] _waits = new bool[machine.Jobs];
    private readonly List<int> _fresh = [];
    private readonly WaitingJobs _queue = new();
    private readonly RunningJobs _running = new(machine);
    private bool _changed;
    private int _head = -1;
    private long _shadow;
    private int _extra;

    protected JobMachine Machine { get; } = machine;

    protected IRunTimes RunTimes { get; } = runTimes;

    public virtual void Queued(int job)
    {
        var expected = Math.Max(1, RunTimes.Expect(job));
        Enter(new WaitingJob(key(job, expected), job, Machine.Job(job).Processors, expected));
        _fresh.Add(job);
    }

    public virtual void Ended(int job)
    {
        RunTimes.Learn(job);
        Leave(job);
    }

    public virtual void Interrupted(int job) => Leave(job);

    public virtual void Removed(int job)
    {
        _queue.Remove(_entries[job]);
        _waits[job] = false;
        _fresh.Remove(job);
        _changed = true;
    }

    public virtual void Schedule()
    {
        if (_running.ProlongOverdue()) _changed = true;
        if (_queue.Count > 0 && (_changed || _queue.Head != _head)) ScheduleAll();
        else if (backfill && _fresh.Count > 0 && Machine.Free > 0) BackfillFresh();
        _changed = false;
        _fresh.Clear();
    }

    /// <summary>Moves a waiting job to another place.</summary>
    protected void Rekey(int job, double newKey)
    {
        _queue.Remove(_entries[job]);
        Enter(_entries[job] with { Key = newKey });
    }

    /// <summary>True for a job in the queue.</summary>
    protected bool Waits(int job) => _waits[job];

    private void Leave(int job)
    {
        _running.Remove(job);
        _changed = true;
    }

    private void Enter(in WaitingJob entry)
    {
        _entries[entry.Job] = entry;
        _waits[entry.Job] = true;
        _queue.Add(entry);
    }

    private void ScheduleAll()
    {
        while (_queue.Count > 0 && Machine.Job(_queue.Head).Processors <= Machine.Free)
        {
            var job = _queue.Head;
            _queue.Remove(_entries[job]);
            Start(job);
        }
        _head = _queue.Count == 0 ? -1 : _queue.Head;
        if (_head < 0 || !backfill) return;
        (_shadow, _extra) = _running.Shadow(Machine.Job(_head).Processors);
        var cursor = default((int, int));
        while (Machine.Free > 0 && _queue.TakeFit(Machine.Free, Span, Math.Min(Machine.Free, _extra), ref cursor, out var found)) StartAhead(found);
    }

    private void BackfillFresh()
    {
        _fresh.Sort((a, b) => _entries[a].CompareTo(_entries[b]));
        foreach (var job in _fresh)
        {
            var entry = _entries[job];
            if (job == _head || entry.Processors > Machine.Free || (entry.Processors > _extra && entry.Expected > Span)) continue;
            _queue.Remove(entry);
            StartAhead(entry);
        }
    }

    private long Span => _shadow == long.MaxValue ? long.MaxValue : _shadow - Machine.Now;

    private void StartAhead(in WaitingJob job)
    {
        if (job.Expected > Span) _extra -= job.Processors;
        Start(job.Job);
    }

    private void Start(int job)
    {
        _waits[job] = false;
        Machine.Start(job);
        _running.Add(job, Machine.Now + _entries[job].Expected);
    }
}
