using System.Globalization;
using System.Text;
using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>What one thread did from one look to the next.</summary>
internal sealed class SampledThread : IDisposable
{
    private readonly KeptFile _schedule;
    private readonly byte[] _stat;
    private readonly SystemRoot _root;
    private readonly string _directory;
    private readonly List<ThreadSpan> _spans = [];
    private ulong _ran, _delayed, _slices, _disk;
    private bool _known;
    private float _last;
    private int _wait = -1;

    public SampledThread(SystemRoot root, int process, int thread)
    {
        (Process, Thread, _root) = (process, thread, root);
        _directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task/{thread}");
        _schedule = new(root, _directory + "/schedstat");
        _stat = Encoding.UTF8.GetBytes(root.At(_directory + "/stat") + "\0");
        Name = root.Read(_directory + "/comm") ?? "";
    }

    public int Process { get; }

    public int Thread { get; }

    public string Name { get; }

    public ThreadState State { get; private set; }

    public double CpuSeconds { get; private set; }

    public double DelaySeconds { get; private set; }

    public double DiskSeconds { get; private set; }

    public double LockSeconds { get; private set; }

    /// <summary>Looks at which it had run since the one before, and those of them at which it was found in a futex.</summary>
    public int ActiveLooks { get; private set; }

    public int LockedLooks { get; private set; }

    public ulong Slices { get; private set; }

    /// <summary>Looks at it.</summary>
    /// <param name="at">Seconds after the start.</param>
    /// <param name="sample">Told where its time went: nanoseconds on a CPU, and off it with the stack that it waited in.</param>
    /// <returns>False when it has ended.</returns>
    public bool Look(float at, ReadBuffer buffer, StackTable table, Symbolizer symbols, Action<SampledThread, long, long, int> sample)
    {
        if (!_schedule.TryRead(buffer, out var text)) return false;
        var fields = new FieldReader(text);
        if (!fields.NextLine() || !fields.Number(out var ran) || !fields.Number(out var delayed) || !fields.Number(out var slices)) return false;
        var first = !_known;
        var moved = first || slices != _slices || State == ThreadState.Running;
        if (moved && !ReadState(buffer, table, symbols)) return false;
        if (!first)
        {
            var passed = (long)((at - _last) * 1e9);
            var on = Math.Min(passed, (long)(ran - _ran));
            var delay = Math.Min(passed - on, Math.Max(0, (long)(delayed - _delayed)));
            var off = Math.Max(0, passed - on - delay);
            (CpuSeconds, DelaySeconds) = (CpuSeconds + ((ran - _ran) / 1e9), DelaySeconds + (delay / 1e9));
            if (slices != _slices)
            {
                ActiveLooks++;
                if (State == ThreadState.Lock) LockedLooks++;
            }
            Slices += slices - _slices;
            var most = on >= delay && on >= off ? ThreadState.Running : delay >= off ? ThreadState.Runnable : State is ThreadState.Running or ThreadState.Runnable ? ThreadState.Sleeping : State;
            if (State == ThreadState.Lock) LockSeconds += off / 1e9;
            if (State == ThreadState.Disk && _disk == 0) DiskSeconds += off / 1e9;
            Extend(at, most);
            sample(this, on, off, _wait);
        }
        (_ran, _delayed, _slices, _known, _last) = (ran, delayed, slices, true, at);
        return true;
    }

    public ThreadTimeline Timeline => new(Process, Thread, Name, CpuSeconds, DelaySeconds, DiskSeconds, LockSeconds, _spans);

    public void Dispose() => _schedule.Dispose();

    private void Extend(float at, ThreadState state)
    {
        const int most = 20_000;
        if (_spans.Count > 0 && _spans[^1].State == state && _spans[^1].To >= _last - 1e-4f) _spans[^1] = _spans[^1] with { To = at };
        else if (_spans.Count < most) _spans.Add(new(_last, at, state));
    }

    private bool ReadState(ReadBuffer buffer, StackTable table, Symbolizer symbols)
    {
        if (!buffer.TryRead(_stat, out var text)) return false;
        var close = text.LastIndexOf((byte)')');
        if (close < 0) return false;
        var fields = new FieldReader(text[(close + 1)..]);
        if (!fields.NextLine()) return false;
        var state = fields.Word();
        if (state.Length != 1 || state[0] is (byte)'Z' or (byte)'X') return false;
        State = state[0] switch { (byte)'R' => ThreadState.Running, (byte)'D' => ThreadState.Disk, (byte)'T' or (byte)'t' => ThreadState.Stopped, _ => ThreadState.Sleeping };
        // delayacct_blkio_ticks, the 42nd field; stays 0 where the kernel does not account for delays
        fields.Skip(38);
        if (fields.Number(out var ticks))
        {
            if (_known && ticks > _disk) DiskSeconds += (ticks - _disk) / 100.0;
            _disk = ticks;
        }
        if (State == ThreadState.Running) return true;
        var place = WaitPlace.Read(_root, _directory);
        if (State == ThreadState.Sleeping && place.Call >= 0 && SystemCallNames.IsFutex(place.Call)) State = ThreadState.Lock;
        _wait = Stack(place, table, symbols);
        return true;
    }

    private int Stack(WaitPlace place, StackTable table, Symbolizer symbols)
    {
        var stack = table.Push(StackTable.Empty, Name);
        if (place.Pc != 0) stack = table.Push(stack, symbols.User(Process, place.Pc));
        if (place.Call >= 0) stack = table.Push(stack, SystemCallNames.Of(place.Call), "kernel");
        foreach (var frame in place.Kernel) stack = table.Push(stack, frame + "_[k]", "kernel");
        return stack;
    }
}
