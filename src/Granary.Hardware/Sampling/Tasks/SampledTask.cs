using Granary.Model;

namespace Granary.Hardware;

/// <summary>One running task in the telemetry: what its processes and its groups say at a tick, and its places in the row.</summary>
internal sealed class SampledTask
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every architecture that .NET runs on
    private readonly int _cpu, _memory, _read, _write, _switches, _throttled, _processes, _threads;
    private TreeCounter _cpuCounter, _readCounter, _writeCounter, _switchCounter;
    private Counter _groupCpu, _throttling, _groupRead, _groupWrite;
    private TaskGroupFiles? _groups;
    private int _looked;

    // sums over the processes of this tick, and increases of those that were there before
    private ulong _ticks, _ticksGrown, _pages, _threadCount, _readBytes, _readGrown, _writeBytes, _writeGrown, _switchCount, _switchGrown;
    private int _count, _withIo, _withSwitches;

    /// <param name="row">Where its series are.</param>
    /// <param name="name">The task's id, <c>pool/number</c>.</param>
    /// <param name="groupName">Last part of the path of a group of its own.</param>
    public SampledTask(SampleRow row, string name, string groupName)
    {
        GroupName = groupName;
        (_cpu, _memory, _read, _write) = (row.Add($"task.cpu/{name}"), row.Add($"task.memory/{name}"), row.Add($"task.read/{name}"), row.Add($"task.write/{name}"));
        (_switches, _throttled) = (row.Add($"task.switches/{name}"), row.Add($"task.throttled/{name}"));
        (_processes, _threads) = (row.Add($"task.processes/{name}"), row.Add($"task.threads/{name}"));
    }

    public string GroupName { get; }

    public bool HasProcesses => _count > 0;

    public void Begin()
    {
        (_ticks, _ticksGrown, _pages, _threadCount, _readBytes, _readGrown) = (0, 0, 0, 0, 0, 0);
        (_writeBytes, _writeGrown, _switchCount, _switchGrown, _count, _withIo, _withSwitches) = (0, 0, 0, 0, 0, 0, 0);
    }

    /// <summary>A process that was there at the tick before turns out to belong to the task.</summary>
    public void Include(in ProcessReading before)
    {
        _cpuCounter.Include(before.CpuTicks);
        _readCounter.Include(before.ReadBytes);
        _writeCounter.Include(before.WriteBytes);
        _switchCounter.Include(before.Switches);
    }

    public void Add(in ProcessReading before, in ProcessReading now, bool isNew, bool hasIo, bool hasSwitches)
    {
        _count++;
        _ticks += now.CpuTicks;
        _pages += now.ResidentPages;
        _threadCount += now.Threads;
        _ticksGrown += Grown(before.CpuTicks, now.CpuTicks, isNew);
        if (hasIo)
        {
            _withIo++;
            _readBytes += now.ReadBytes;
            _writeBytes += now.WriteBytes;
            _readGrown += Grown(before.ReadBytes, now.ReadBytes, isNew);
            _writeGrown += Grown(before.WriteBytes, now.WriteBytes, isNew);
        }
        if (!hasSwitches) return;
        _withSwitches++;
        _switchCount += now.Switches;
        _switchGrown += Grown(before.Switches, now.Switches, isNew);
    }

    /// <summary>A group may be made a moment after the start: it is looked for in the first seconds.</summary>
    public bool WantsGroups => _looked < 5 && _groups is not { IsComplete: true };

    public void Found(TaskGroupFiles groups)
    {
        _looked++;
        if (groups.Memory is not null || groups.Cpu is not null) _groups = groups;
    }

    public void Set(SampleRow row, ReadBuffer buffer, double seconds, int cores)
    {
        row.Set(_processes, _count);
        row.Set(_threads, _threadCount);
        SetCpu(row, buffer, seconds, cores);
        // what several processes map counts once for each
        row.Set(_memory, _pages * (double)Environment.SystemPageSize, _count == 1 ? ReadingSource.Measured : ReadingSource.Estimated);
        if (_groups?.Memory is { } memory && buffer.TryRead(memory, out var text) && FieldReader.TryNumber(text.TrimEnd((byte)'\n'), out var bytes))
            row.Set(_memory, bytes);
        SetIo(row, buffer, seconds);
        if (_withSwitches == 0 || _switchCounter.Advance(_switchCount, _switchGrown, out var quality) is not { } switches || seconds <= 0) return;
        // other threads than the main one are not counted, nor what ended processes did
        row.Set(_switches, switches / seconds, _threadCount > (ulong)_count ? ReadingSource.Estimated : quality);
    }

    public void Remove(SampleRow row)
    {
        foreach (var place in (ReadOnlySpan<int>)[_cpu, _memory, _read, _write, _switches, _throttled, _processes, _threads]) row.Remove(place);
    }

    private void SetCpu(SampleRow row, ReadBuffer buffer, double seconds, int cores)
    {
        var most = cores > 0 ? cores : Environment.ProcessorCount;
        if (_cpuCounter.Advance(_ticks, _ticksGrown, out var quality) is { } ticks && seconds > 0)
        {
            var used = ticks / TicksPerSecond / seconds;
            // the clock's ticks are coarse: a little more than all cores is no error
            row.Set(_cpu, Math.Min(used, most), used > most * 1.1 + 0.1 ? ReadingSource.Estimated : quality);
        }
        if (_groups?.Cpu is not { } cpu || !buffer.TryRead(cpu, out var text)) return;
        var fields = new FieldReader(text);
        while (fields.NextLine())
        {
            var name = fields.Word();
            if (!fields.Number(out var value)) continue;
            if (name.SequenceEqual("usage_usec"u8)) row.SetRate(_cpu, _groupCpu.Advance(value), seconds, 1e-6);
            // of the task's threads together, so it may exceed 1
            else if (name.SequenceEqual("throttled_usec"u8)) row.SetRate(_throttled, _throttling.Advance(value), seconds, 1e-6);
            else if (name.SequenceEqual("throttled_time"u8)) row.SetRate(_throttled, _throttling.Advance(value), seconds, 1e-9);
        }
    }

    private void SetIo(SampleRow row, ReadBuffer buffer, double seconds)
    {
        if (_groups?.Io is { } io && buffer.TryRead(io, out var text))
        {
            var (read, write) = SumIo(text);
            row.SetRate(_read, _groupRead.Advance(read), seconds);
            row.SetRate(_write, _groupWrite.Advance(write), seconds);
            return;
        }
        if (_withIo == 0) return;
        var partly = _withIo < _count; // a process of another user, or one that is ending, does not say
        if (_readCounter.Advance(_readBytes, _readGrown, out var quality) is { } grown && seconds > 0)
            row.Set(_read, grown / seconds, partly ? ReadingSource.Estimated : quality);
        if (_writeCounter.Advance(_writeBytes, _writeGrown, out quality) is { } written && seconds > 0)
            row.Set(_write, written / seconds, partly ? ReadingSource.Estimated : quality);
    }

    // "8:0 rbytes=4096 wbytes=0 rios=1 ...", a line for each device
    private static (ulong Read, ulong Write) SumIo(ReadOnlySpan<byte> text)
    {
        ulong read = 0, write = 0;
        var fields = new FieldReader(text);
        while (fields.NextLine())
            while (fields.Word() is { IsEmpty: false } word)
                if (word.StartsWith("rbytes="u8) && FieldReader.TryNumber(word[7..], out var r)) read += r;
                else if (word.StartsWith("wbytes="u8) && FieldReader.TryNumber(word[7..], out var w)) write += w;
        return (read, write);
    }

    private static ulong Grown(ulong before, ulong now, bool isNew) => isNew ? now : now > before ? now - before : 0;
}
