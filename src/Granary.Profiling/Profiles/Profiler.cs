using System.Diagnostics;
using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>
/// Takes a profile: perf events where they are allowed, else what <c>/proc</c> shows; states of threads; what the kernel counts; and what a .NET runtime
/// tells of itself. What cannot be had is a note in the profile, not an error.
/// </summary>
public sealed class Profiler(SystemRoot root)
{
    private static readonly TimeSpan DrainEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Blocks for the profile's duration: to be run on a thread of its own. Cancelling ends it early, with what there is.</summary>
    /// <exception cref="ProfileTargetException">Nothing of the target is alive, or it may not be looked at.</exception>
    public Profile Run(ProfileTarget target, ProfileOptions options, CancellationToken cancel) => Run(target, options, null, cancel);

    /// <param name="begun">Called when everything is set up.</param>
    internal Profile Run(ProfileTarget target, ProfileOptions options, Action? begun, CancellationToken cancel)
    {
        options.Validated();
        var processes = new TargetProcesses(root, target);
        var pids = processes.List();
        if (pids.Count == 0) throw new ProfileTargetException($"{target.Name} has no process here: it has ended, or runs elsewhere");
        if (target.Pid > 0 && root.Read($"/proc/{target.Pid}/io") is null && root.Read($"/proc/{target.Pid}/stat") is not null && !Own(target.Pid))
            throw new ProfileTargetException($"{target.Name} belongs to another user: profile it as that user, as root, or with CAP_SYS_PTRACE and CAP_PERFMON");
        using var session = new Session(root, target, options, processes, pids);
        begun?.Invoke();
        session.Run(cancel);
        return session.Result();
    }

    private bool Own(int pid) => root.Read($"/proc/{pid}/environ") is not null;

    private sealed class Session : IDisposable
    {
        private readonly SystemRoot _root;
        private readonly ProfileTarget _target;
        private readonly ProfileOptions _options;
        private readonly TargetProcesses _processes;
        private readonly StackTable _stacks = new();
        private readonly Symbolizer _symbols;
        private readonly List<string> _notes = [];
        private readonly List<PerfSampler> _perf = [];
        private readonly ThreadSampler _threads;
        private readonly ProcessTotals _totals;
        private readonly NodeTelemetry _machine;
        private readonly RuntimeSessions _runtimes;
        private readonly List<(float At, double Value)> _resident = [];
        private readonly List<(float At, double Value)> _cores = [];
        private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
        private readonly long _began;
        private IReadOnlyList<int> _pids;
        private TimeSpan _took;
        private double _lastCpu;
        private float _lastAt;

        public Session(SystemRoot root, ProfileTarget target, ProfileOptions options, TargetProcesses processes, IReadOnlyList<int> pids)
        {
            (_root, _target, _options, _processes, _pids) = (root, target, options, processes, pids);
            _symbols = new(root, _stacks);
            _totals = new(root);
            _machine = new(root, TimeProvider.System, null);
            _threads = new(root, () => _pids, _stacks, _symbols, options.MostThreads);
            _began = Stopwatch.GetTimestamp();
            if (options.Modes.HasFlag(ProfileModes.Cpu)) Open(PerfEvent.CpuClock(options.Frequency));
            if (options.Modes.HasFlag(ProfileModes.Memory)) Open(PerfEvent.PageFaults(options.PageFaultsEvery));
            _runtimes = new(root, target.IsWholeMachine || !options.Runtime ? [] : pids, options, _began, _perf.Exists(p => p.Track.Kind == TrackKind.Cpu), _notes);
            _symbols.Deferred.UnionWith(_runtimes.Pids);
        }

        public void Run(CancellationToken cancel)
        {
            _machine.Tick();
            _totals.Look(_pids, begin: true);
            var (nextLook, nextList) = (TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
            while (true)
            {
                var now = Stopwatch.GetElapsedTime(_began);
                if (now >= nextLook)
                {
                    _threads.Look((float)now.TotalSeconds);
                    // many threads are looked at less often: it is to stay cheap
                    nextLook = now + TimeSpan.FromSeconds(1.0 / Math.Clamp(2000.0 / Math.Max(1, _threads.Count), 2, _options.LooksPerSecond));
                }
                if (now >= nextList)
                {
                    Count((float)now.TotalSeconds);
                    nextList = now + TimeSpan.FromMilliseconds(500);
                }
                foreach (var perf in _perf) perf.Drain();
                if (now >= _options.Duration || _pids.Count == 0 || cancel.IsCancellationRequested) break;
                var wait = Stopwatch.GetElapsedTime(_began) is var passed && nextLook - passed < DrainEvery ? nextLook - passed : DrainEvery;
                if (wait > _options.Duration - passed) wait = _options.Duration - passed;
                if (wait > TimeSpan.Zero) cancel.WaitHandle.WaitOne(wait);
            }
            _took = Stopwatch.GetElapsedTime(_began);
            _machine.Tick();
            _totals.Look(_pids, begin: false);
        }

        public Profile Result()
        {
            foreach (var perf in _perf) perf.Drain();
            var traces = _runtimes.Stop();
            var final = new FinalStacks(_stacks, traces.ToDictionary(t => t.Key, t => t.Value.Methods));
            var tracks = new List<ProfileTrack>();
            foreach (var perf in _perf)
            {
                tracks.Add(final.Of(perf.Track));
                if (perf.Lost > 0) _notes.Add($"{perf.Lost} samples were lost since the machine was too busy");
                if (!perf.WithKernel) _notes.Add("frames of the kernel are left out: perf_event_paranoid is above 1");
            }
            var threads = _threads.All.Select(t => t.Timeline).OrderByDescending(t => t.CpuSeconds + t.WaitSeconds).ToList();
            var runtime = new RuntimeTracks(traces, threads, final.Table);
            if (_options.Modes.HasFlag(ProfileModes.Cpu) && tracks.All(t => t.Kind != TrackKind.Cpu))
                tracks.Insert(0, runtime.Running is { Samples.Count: > 0 } running ? running : final.Of(_threads.OnCpu));
            if (_options.Modes.HasFlag(ProfileModes.Io)) tracks.Add(final.Of(_threads.OffCpu));
            tracks.AddRange(runtime.Tracks);
            if (_threads.LeftOut > 0) _notes.Add($"{_threads.LeftOut} threads beyond {_options.MostThreads} were not looked at one by one");
            return new()
            {
                Target = _target.Name,
                Started = _started,
                Duration = _took,
                Stacks = final.Table,
                Tracks = tracks,
                Threads = threads,
                Events = runtime.Events,
                Series = [new("CPU", "cores", _cores), new("resident memory", "bytes", _resident), .. runtime.Series],
                Notes = _notes,
                Totals = Totals(runtime.Totals),
            };
        }

        public void Dispose()
        {
            _runtimes.Dispose();
            foreach (var perf in _perf) perf.Dispose();
            _threads.Dispose();
            _machine.Dispose();
        }

        private void Open(PerfEvent what)
        {
            try
            {
                if (!_options.PerfEvents) throw new PerfUnavailableException("perf events were not wanted");
                var began = (ulong)(_began * (1e9 / Stopwatch.Frequency));
                _perf.Add(new(what, _target.IsWholeMachine ? null : _pids, _root, _stacks, _symbols, began));
                _notes.Add(what.Track == TrackKind.Cpu ? $"CPU: perf, cpu-clock, {_options.Frequency} samples a second of CPU time, chains by frame pointers" : $"page faults: perf, every {_options.PageFaultsEvery}th");
            }
            catch (PerfUnavailableException e)
            {
                _notes.Add(what.Track == TrackKind.Cpu ? $"CPU: from /proc, without stacks, since {e.Message}" : $"page faults are absent, since {e.Message}");
            }
        }

        private void Count(float at)
        {
            _pids = _processes.List();
            _totals.Look(_pids, begin: false);
            var sums = _totals.Sum(at);
            _resident.Add((at, sums.GetValueOrDefault("process.resident_bytes")));
            var cpu = _threads.All.Sum(t => t.CpuSeconds);
            if (at > _lastAt) _cores.Add((at, (cpu - _lastCpu) / (at - _lastAt)));
            (_lastCpu, _lastAt) = (cpu, at);
        }

        private Dictionary<string, double> Totals(IReadOnlyDictionary<string, double> runtime)
        {
            var totals = new Dictionary<string, double>(_totals.Sum(_took.TotalSeconds), StringComparer.Ordinal);
            foreach (var (name, value) in runtime) totals[name] = value;
            var threads = _threads.All;
            totals["threads.cpu_seconds"] = threads.Sum(t => t.CpuSeconds);
            totals["threads.cpu_wait_seconds"] = threads.Sum(t => t.DelaySeconds);
            totals["threads.disk_seconds"] = threads.Sum(t => t.DiskSeconds);
            totals["threads.active"] = threads.Count(t => t.ActiveLooks > 1);
            if (!_target.IsWholeMachine)
            {
                // threads of different processes share no lock: of a whole machine these would be the idle waits of many pools
                double active = threads.Sum(t => t.ActiveLooks), locked = threads.Sum(t => t.LockedLooks);
                if (active > 0) totals["threads.lock_share"] = locked / active;
                totals["threads.locked_switches"] = threads.Where(t => t.LockedLooks * 2 > t.ActiveLooks).Sum(t => (double)t.Slices);
            }
            for (var i = 0; i < _machine.Row.Count; i++)
                if (_machine.Row.Names[i] is { } name && !double.IsNaN(_machine.Row.Values[i])) totals[name] = _machine.Row.Values[i];
            return totals;
        }
    }
}

/// <summary>The target cannot be profiled: in one line why, and what would help.</summary>
public sealed class ProfileTargetException(string message) : Exception(message);
