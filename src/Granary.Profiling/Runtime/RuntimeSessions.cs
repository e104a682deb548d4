using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>The .NET processes among those that are profiled.</summary>
internal sealed class RuntimeSessions : IDisposable
{
    private const int MostProcesses = 8;
    private static readonly TimeSpan ReadWithin = TimeSpan.FromSeconds(60);
    private readonly List<RuntimeSession> _sessions = [];
    private readonly List<string> _notes;

    /// <param name="began">Timestamp of the profile's start.</param>
    /// <param name="withPerf">Whether perf events sample CPU time, so that the runtime need not.</param>
    public RuntimeSessions(SystemRoot root, IReadOnlyList<int> pids, ProfileOptions options, long began, bool withPerf, List<string> notes)
    {
        _notes = notes;
        foreach (var pid in pids)
        {
            if (_sessions.Count >= MostProcesses) break;
            if (DiagnosticPort.Find(root, pid) is not { } port) continue;
            try
            {
                _sessions.Add(RuntimeSession.Start(pid, port, began, options.Modes.HasFlag(ProfileModes.Memory), options.Modes.HasFlag(ProfileModes.Cpu) && !withPerf));
                notes.Add($"process {pid} is .NET: methods, collections{(options.Modes.HasFlag(ProfileModes.Memory) ? ", allocations (one for each 100 KB)" : "")} and contended locks through EventPipe");
            }
            catch (IOException e)
            {
                notes.Add($"process {pid} is .NET, and its runtime told nothing: {e.Message}");
            }
        }
    }

    public IReadOnlyCollection<int> Pids => [.. _sessions.Select(s => s.Pid)];

    /// <summary>Ends all of them and reads what they told.</summary>
    public IReadOnlyDictionary<int, RuntimeTrace> Stop()
    {
        Parallel.ForEach(_sessions, s => s.Stop());
        var traces = new Dictionary<int, RuntimeTrace>();
        foreach (var session in _sessions)
        {
            if (session.Allocations.Count > 0 && session.Allocations.Sum(w => w.Seconds) / session.Allocations.Sum(w => w.Stands) is < 0.95 and var part)
                _notes.Add(FormattableString.Invariant($"process {session.Pid} allocates so much that it was asked during {100 * part:0.#}% of the time, and what it said then stands for the rest"));
            if (session.Truncated) _notes.Add($"process {session.Pid} told more than 256 MiB, and the rest is left out");
            // what a process says of itself is not to be trusted: reading it is bounded, and its failure is a note
            var reading = Task.Run(() => RuntimeTrace.Read(session.File, session.Began, session.Allocations));
            try
            {
                if (reading.Wait(ReadWithin)) traces[session.Pid] = reading.Result;
                else _notes.Add($"what process {session.Pid} told could not be read within {ReadWithin.TotalSeconds:0} s");
            }
            catch (AggregateException e)
            {
                _notes.Add($"what process {session.Pid} told could not be read: {e.InnerException?.Message.ReplaceLineEndings(" ")}");
            }
        }
        return traces;
    }

    public void Dispose()
    {
        foreach (var session in _sessions) session.Dispose();
    }
}
