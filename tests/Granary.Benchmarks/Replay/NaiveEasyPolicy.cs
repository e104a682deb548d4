using Granary.Simulation.Cluster;

namespace Granary.Benchmarks.Replay;

/// <summary>
/// EASY backfilling as it is written down: whenever anything happens, sort the whole queue, sort what runs, and scan everything. The yardstick for
/// the one that does not; both must give the same schedule.
/// </summary>
internal sealed class NaiveEasyPolicy(JobMachine machine) : IJobPolicy
{
    private readonly List<int> _queue = [];
    private readonly List<(long End, int Job)> _running = [];

    public void Queued(int job) => _queue.Add(job);

    public void Ended(int job) => _running.RemoveAll(r => r.Job == job);

    public void Interrupted(int job) => Ended(job);

    public void Removed(int job) => _queue.Remove(job);

    public void Schedule()
    {
        for (var i = 0; i < _running.Count; i++)
            if (_running[i].End <= machine.Now)
                _running[i] = (machine.Now + Math.Max(1, machine.Now - machine.Starts[_running[i].Job]), _running[i].Job);
        _queue.Sort((a, b) => machine.Job(a).Submit != machine.Job(b).Submit ? machine.Job(a).Submit.CompareTo(machine.Job(b).Submit) : a.CompareTo(b));
        while (_queue.Count > 0 && machine.Job(_queue[0]).Processors <= machine.Free) Start(0);
        if (_queue.Count == 0) return;
        var (shadow, extra) = Reservation();
        for (var i = 1; i < _queue.Count; i++)
        {
            var job = machine.Job(_queue[i]);
            if (job.Processors > machine.Free) continue;
            var ends = machine.Now + job.Estimate <= shadow;
            if (!ends && job.Processors > extra) continue;
            if (!ends) extra -= job.Processors;
            Start(i--);
        }
    }

    private (long Shadow, int Extra) Reservation()
    {
        _running.Sort();
        var free = machine.Free;
        var needed = machine.Job(_queue[0]).Processors;
        for (var i = 0; i < _running.Count; i++)
        {
            free += machine.Job(_running[i].Job).Processors;
            if (free < needed || (i + 1 < _running.Count && _running[i + 1].End == _running[i].End)) continue;
            return (_running[i].End, free - needed);
        }
        return (long.MaxValue, 0);
    }

    private void Start(int place)
    {
        var job = _queue[place];
        _queue.RemoveAt(place);
        machine.Start(job);
        _running.Add((machine.Now + machine.Job(job).Estimate, job));
    }
}
