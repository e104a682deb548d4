using Granary.Scheduling;
using Granary.Scheduling.Energy;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Energy;

/// <summary>
/// Jobs first come first served on machines that plans park and that are woken for jobs that wait: the planner and the guard are those that the server uses, time is virtual.
/// A job takes processors of the fullest machines first, of several where one has too few. Machines with work are not drained here: a rigid parallel job cannot move.
/// </summary>
public sealed class EnergySimulation
{
    private readonly EnergyTerms _terms;
    private readonly IReadOnlyList<Job> _jobs;
    private readonly int[] _used;
    private readonly long[] _wakesAt; // 0: on; long.MaxValue: asleep; else when it is on
    private readonly PriorityQueue<(int Job, (int Node, int Processors)[] Holds), long> _running = new();
    private readonly Queue<int> _waiting = new();
    private readonly List<double> _waits = [];
    private long _now;
    private double _joules, _promised;
    private int _parked, _woken;

    private EnergySimulation(IReadOnlyList<Job> jobs, EnergyTerms terms)
    {
        (_jobs, _terms) = (jobs, terms);
        (_used, _wakesAt) = (new int[terms.Nodes], new long[terms.Nodes]);
    }

    /// <summary>Runs a workload to its end. Jobs larger than the machine are left out.</summary>
    public static EnergyOutcome Run(Workload workload, EnergyTerms terms)
    {
        var most = terms.Nodes * terms.Processors;
        return new EnergySimulation([.. workload.Jobs.Where(j => j.Processors <= most).OrderBy(j => j.Submit)], terms).ToEnd();
    }

    private EnergyOutcome ToEnd()
    {
        var next = 0;
        var plans = _terms.PlanEvery.Ticks / TimeSpan.TicksPerMicrosecond;
        var planAt = plans > 0 ? plans : long.MaxValue;
        while (next < _jobs.Count || _running.Count > 0 || _waiting.Count > 0)
        {
            var at = next < _jobs.Count ? _jobs[next].Submit : long.MaxValue;
            if (_running.TryPeek(out _, out var end)) at = Math.Min(at, end);
            foreach (var wakes in _wakesAt)
                if (wakes is > 0 and < long.MaxValue) at = Math.Min(at, wakes);
            Advance(Math.Min(at, planAt));
            while (_running.TryPeek(out var ended, out end) && end <= _now)
            {
                _running.Dequeue();
                foreach (var (node, processors) in ended.Holds) _used[node] -= processors;
            }
            for (var n = 0; n < _wakesAt.Length; n++)
                if (_wakesAt[n] <= _now) _wakesAt[n] = 0;
            for (; next < _jobs.Count && _jobs[next].Submit <= _now; next++) _waiting.Enqueue(next);
            StartWhatFits();
            if (_waiting.Count > 0) WakeForThem();
            if (_now < planAt) continue;
            planAt = _now + plans;
            if (_waiting.Count == 0) Park();
        }
        _waits.Sort();
        return new(_joules / 3.6e6, _promised / 3.6e6, _waits.Count == 0 ? 0 : _waits.Average(), _waits.Count == 0 ? 0 : _waits[(int)(0.95 * (_waits.Count - 1))], _parked, _woken);
    }

    private void Advance(long to)
    {
        var seconds = (to - _now) / (double)Clock.Second;
        double watts = 0;
        for (var n = 0; n < _used.Length; n++)
            watts += _wakesAt[n] == long.MaxValue ? _terms.Plan.ParkedWatts ?? _terms.Power.IdleWatts : _terms.Power.Watts(_used[n] / (double)_terms.Processors);
        _joules += watts * seconds;
        _now = to;
    }

    private void StartWhatFits()
    {
        while (_waiting.TryPeek(out var job))
        {
            var wanted = _jobs[job].Processors;
            var on = Enumerable.Range(0, _used.Length).Where(n => _wakesAt[n] == 0 && _used[n] < _terms.Processors).OrderByDescending(n => _used[n]).ThenBy(n => n).ToList();
            if (on.Sum(n => _terms.Processors - _used[n]) < wanted) return;
            var holds = new List<(int, int)>();
            foreach (var n in on)
            {
                var part = Math.Min(wanted, _terms.Processors - _used[n]);
                if (part == 0) break;
                _used[n] += part;
                wanted -= part;
                holds.Add((n, part));
            }
            _waiting.Dequeue();
            _waits.Add((_now - _jobs[job].Submit) / (double)Clock.Second);
            _running.Enqueue((job, [.. holds]), _now + _jobs[job].Run);
        }
    }

    // the server asks every five seconds until enough are coming; here at once
    private void WakeForThem()
    {
        while (true)
        {
            // what is being woken already will serve some of them
            var coming = Enumerable.Range(0, _used.Length).Where(n => _wakesAt[n] < long.MaxValue).Sum(n => _terms.Processors - _used[n]);
            var missing = _waiting.Sum(j => _jobs[j].Processors) - coming;
            var asleep = Enumerable.Range(0, _used.Length).Where(n => _wakesAt[n] == long.MaxValue).Select(n => (Name(n), "default")).ToList();
            if (missing <= 0 || asleep.Count == 0) return;
            foreach (var node in EnergyGuard.Wake(asleep, new Dictionary<string, int> { ["default"] = (missing + _terms.Processors - 1) / _terms.Processors }))
            {
                _wakesAt[Number(node)] = _now + _terms.Wake.Ticks / TimeSpan.TicksPerMicrosecond;
                _woken++;
            }
        }
    }

    private void Park()
    {
        var nodes = Enumerable.Range(0, _used.Length).Where(n => _wakesAt[n] != long.MaxValue).Select(n => new EnergyNode
        {
            Name = Name(n),
            Pool = "default",
            Capacity = new() { CpuMilli = _terms.Processors * 1000L },
            Held = new() { CpuMilli = _used[n] * 1000L },
            Tasks = _used[n],
            Ready = _wakesAt[n] == 0,
            Utilization = _used[n] / (double)_terms.Processors,
            IdleWatts = _terms.Power.IdleWatts,
            BusyWatts = _terms.Power.BusyWatts,
            Watts = _terms.Power.Watts(_used[n] / (double)_terms.Processors),
        }).ToList();
        foreach (var action in EnergyPlanner.Plan(nodes, 1, _terms.Plan).Actions)
        {
            if (action.Kind != EnergyActionKind.Park || action.MovesTasks > 0) continue;
            _wakesAt[Number(action.Node)] = long.MaxValue;
            _promised += action.SavesWatts * _terms.PlanEvery.TotalSeconds;
            _parked++;
        }
    }

    private static string Name(int node) => node.ToString("D5", System.Globalization.CultureInfo.InvariantCulture);

    private static int Number(string node) => int.Parse(node, System.Globalization.CultureInfo.InvariantCulture);
}
