using Granary.Model;

namespace Granary.Telemetry;

/// <summary>Three times of tasks: waiting, running, and both.</summary>
internal sealed class TimeBook
{
    /// <summary>32 parts of a power of two: percentiles are at most 3.1 % too high, and a histogram that reaches from 1 µs to a month takes 10 KiB.</summary>
    public const int Precision = 5;

    public LogLinearHistogram Wait { get; private set; } = new(Precision);

    public LogLinearHistogram Run { get; private set; } = new(Precision);

    public LogLinearHistogram Total { get; private set; } = new(Precision);

    public void Add(in TaskOutcome outcome)
    {
        if (outcome.WaitMicros >= 0) Wait.Add(outcome.WaitMicros);
        if (outcome.RunMicros >= 0) Run.Add(outcome.RunMicros);
        if (outcome.TotalMicros >= 0) Total.Add(outcome.TotalMicros);
    }

    public void Add(TimeBook other)
    {
        Wait.Add(other.Wait);
        Run.Add(other.Run);
        Total.Add(other.Total);
    }

    public void Clear()
    {
        Wait.Clear();
        Run.Clear();
        Total.Clear();
    }

    public void Write(BinaryWriter writer)
    {
        Wait.Write(writer);
        Run.Write(writer);
        Total.Write(writer);
    }

    public static TimeBook Read(BinaryReader reader) =>
        new() { Wait = LogLinearHistogram.Read(reader), Run = LogLinearHistogram.Read(reader), Total = LogLinearHistogram.Read(reader) };
}

/// <summary>All that is remembered of the tasks of one class.</summary>
internal sealed class ClassBook
{
    private const int States = (int)TaskState.Lost + 1;

    private TimeBook _now = new();
    private TimeBook _before = new();

    public TimeBook All { get; private set; } = new();

    /// <summary>Ended tasks by the state in which they did.</summary>
    public long[] Ended { get; } = new long[States];

    public long Attempts { get; private set; }

    public long Retried { get; private set; }

    public long Preempted { get; private set; }

    /// <summary>Requested times run time, of attempts whose use was measured: core-µs, MiB-s.</summary>
    public double CpuRequested { get; private set; }

    public double CpuUsed { get; private set; }

    public double MemoryRequested { get; private set; }

    public double MemoryUsed { get; private set; }

    public DateTimeOffset Last { get; set; }

    public long EndedInAll => Ended.Sum();

    public void Add(in TaskOutcome outcome)
    {
        if (outcome.State == TaskState.Queued)
        {
            Retried++;
            return;
        }
        if (outcome.State == TaskState.Preempted)
        {
            Preempted++;
            return;
        }
        Ended[(int)outcome.State]++;
        Attempts += outcome.Attempts;
        All.Add(outcome);
        _now.Add(outcome);
        if (outcome.RunMicros <= 0) return;
        if (outcome is { CpuMilli: > 0, CpuMicros: >= 0 })
        {
            CpuRequested += outcome.CpuMilli / 1000.0 * outcome.RunMicros;
            CpuUsed += outcome.CpuMicros;
        }
        if (outcome is { MemoryMiB: > 0, PeakMemoryKiB: > 0 })
        {
            MemoryRequested += outcome.MemoryMiB * (outcome.RunMicros / 1e6);
            MemoryUsed += outcome.PeakMemoryKiB / 1024.0 * (outcome.RunMicros / 1e6);
        }
    }

    public void Turn()
    {
        (_before, _now) = (_now, _before);
        _now.Clear();
    }

    public TimeBook Recent()
    {
        var recent = new TimeBook();
        recent.Add(_before);
        recent.Add(_now);
        return recent;
    }

    /// <summary>Takes over what another class had.</summary>
    public void Add(ClassBook other)
    {
        All.Add(other.All);
        _now.Add(other._now);
        _before.Add(other._before);
        for (var i = 0; i < States; i++) Ended[i] += other.Ended[i];
        Attempts += other.Attempts;
        Retried += other.Retried;
        Preempted += other.Preempted;
        CpuRequested += other.CpuRequested;
        CpuUsed += other.CpuUsed;
        MemoryRequested += other.MemoryRequested;
        MemoryUsed += other.MemoryUsed;
        if (other.Last > Last) Last = other.Last;
    }

    public void Write(BinaryWriter writer)
    {
        All.Write(writer);
        _now.Write(writer);
        _before.Write(writer);
        writer.Write((byte)States);
        foreach (var count in Ended) writer.Write7BitEncodedInt64(count);
        writer.Write7BitEncodedInt64(Attempts);
        writer.Write7BitEncodedInt64(Retried);
        writer.Write7BitEncodedInt64(Preempted);
        writer.Write(CpuRequested);
        writer.Write(CpuUsed);
        writer.Write(MemoryRequested);
        writer.Write(MemoryUsed);
        writer.Write7BitEncodedInt64(Last.UtcTicks);
    }

    public static ClassBook Read(BinaryReader reader)
    {
        var read = new ClassBook { All = TimeBook.Read(reader), _now = TimeBook.Read(reader), _before = TimeBook.Read(reader) };
        if (reader.ReadByte() != States) throw new InvalidDataException("application metrics were stored by a build that knows other task states");
        for (var i = 0; i < States; i++) read.Ended[i] = reader.Read7BitEncodedInt64();
        read.Attempts = reader.Read7BitEncodedInt64();
        read.Retried = reader.Read7BitEncodedInt64();
        read.Preempted = reader.Read7BitEncodedInt64();
        read.CpuRequested = reader.ReadDouble();
        read.CpuUsed = reader.ReadDouble();
        read.MemoryRequested = reader.ReadDouble();
        read.MemoryUsed = reader.ReadDouble();
        read.Last = new DateTimeOffset(reader.Read7BitEncodedInt64(), TimeSpan.Zero);
        return read;
    }
}
