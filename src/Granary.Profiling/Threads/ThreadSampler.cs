using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>
/// Threads of some processes, looked at many times a second in <c>/proc</c>: where their time went (schedstat: exact), and what those waited in that did
/// not run (sampled). A wait is looked into once, when the thread was seen to have run since; so idle threads cost one read each.
/// </summary>
internal sealed class ThreadSampler(SystemRoot root, Func<IReadOnlyCollection<int>> processes, StackTable table, Symbolizer symbols, int mostThreads) : IDisposable
{
    private const int ListAgainAfter = 5;
    private readonly ReadBuffer _buffer = new();
    private readonly Dictionary<int, SampledThread> _threads = [];
    private readonly List<SampledThread> _ended = [];
    private readonly List<ProfileSample> _on = [];
    private readonly List<ProfileSample> _off = [];
    private int _looks;
    private float _at;

    /// <summary>Threads beyond the most that are looked at.</summary>
    public int LeftOut { get; private set; }

    public int Count => _threads.Count;

    /// <summary>Time on a CPU without a stack: only thread and process are known. For where perf events are not allowed.</summary>
    public ProfileTrack OnCpu => new(TrackKind.Cpu, _on);

    public ProfileTrack OffCpu => new(TrackKind.OffCpu, _off);

    public IReadOnlyList<SampledThread> All => [.. _ended, .. _threads.Values];

    /// <param name="at">Seconds after the start.</param>
    public void Look(float at)
    {
        _at = at;
        if (_looks++ % ListAgainAfter == 0) List();
        foreach (var (tid, thread) in _threads)
        {
            if (thread.Look(at, _buffer, table, symbols, Take)) continue;
            thread.Dispose();
            _threads.Remove(tid);
            _ended.Add(thread);
        }
    }

    public void Dispose()
    {
        foreach (var thread in _threads.Values) thread.Dispose();
    }

    private void Take(SampledThread thread, long on, long off, int wait)
    {
        if (on > 0) _on.Add(new(_at, table.Push(table.Push(StackTable.Empty, thread.Name), "[on a CPU]"), on, thread.Thread));
        if (off > 0) _off.Add(new(_at, wait >= 0 ? wait : table.Push(table.Push(StackTable.Empty, thread.Name), "[short waits]"), off, thread.Thread));
    }

    private void List()
    {
        LeftOut = 0;
        foreach (var pid in processes())
            foreach (var name in root.List($"/proc/{pid}/task"))
            {
                if (!int.TryParse(name, out var tid) || _threads.ContainsKey(tid)) continue;
                if (_threads.Count < mostThreads) _threads.Add(tid, new(root, pid, tid));
                else LeftOut++;
            }
    }
}
