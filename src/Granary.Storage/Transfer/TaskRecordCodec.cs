using System.Globalization;
using Granary.Model;

namespace Granary.Storage;

/// <summary>A finished task as bytes: a version, its number, its fields in a fixed order, its spec. This build reads every earlier version.</summary>
internal static class TaskRecordCodec
{
    public const byte Version = 1;

    public static void Write(RecordWriter w, TaskView task)
    {
        w.Byte(Version);
        w.Signed(task.Id.Number);
        w.Byte((byte)task.State);
        w.Text(task.Reason);
        w.Text(task.Node);
        w.Signed(task.Attempt);
        w.Signed(task.Index);
        w.Signed(UnixTime.Micros(task.Submitted));
        Write(w, UnixTime.Micros(task.Started));
        w.Signed(UnixTime.Micros(task.Finished!.Value));
        Write(w, UnixTime.Micros(task.Deadline));
        w.Signed(task.Token);
        w.Bool(task.Exit is not null);
        if (task.Exit is { } exit)
        {
            w.Byte((byte)exit.Cause);
            Write(w, exit.Code);
            w.Signed(exit.Signal);
            w.Text(exit.Message);
            w.Signed(exit.PeakMemoryKiB);
            w.Signed(exit.CpuTime.Ticks / TimeSpan.TicksPerMicrosecond);
            w.Signed(exit.WallTime.Ticks / TimeSpan.TicksPerMicrosecond);
        }
        w.Unsigned((ulong)task.After.Count);
        TaskList.Write(w, task.After);
        TaskSpecCodec.Write(w, task.Spec);
    }

    public static TaskView Read(string pool, ref RecordReader r)
    {
        var version = r.Byte();
        if (version is 0 or > Version)
        {
            throw new StorageException(StorageFault.NewerFormat, string.Create(CultureInfo.InvariantCulture,
                $"a finished task was exported in format {version}, and this build knows up to {Version}: use the newer build"));
        }
        var task = new TaskView
        {
            Id = new TaskId(pool, r.Signed()),
            State = (TaskState)r.Byte(),
            Reason = r.Text(),
            Node = r.Text(),
            Attempt = r.Int(),
            Index = r.Int(),
            Submitted = UnixTime.Time(r.Signed()),
            Started = UnixTime.Time(Optional(ref r)),
            Finished = UnixTime.Time(r.Signed()),
            Deadline = UnixTime.Time(Optional(ref r)),
            Token = r.Signed(),
            Exit = r.Bool() ? Exit(ref r) : null,
            Spec = NoSpec,
        };
        var after = new TaskId[r.Count()];
        for (var i = 0; i < after.Length; i++) after[i] = new TaskId(r.Text(), r.Signed());
        return task with { After = after, Spec = TaskSpecCodec.Read(ref r) };
    }

    private static TaskSpec NoSpec { get; } = new() { Agent = "" };

    private static ExitInfo Exit(ref RecordReader r) => new()
    {
        Cause = (ExitCause)r.Byte(),
        Code = (int?)Optional(ref r),
        Signal = r.Int(),
        Message = r.Text(),
        PeakMemoryKiB = r.Signed(),
        CpuTime = TimeSpan.FromMicroseconds(r.Signed()),
        WallTime = TimeSpan.FromMicroseconds(r.Signed()),
    };

    private static void Write(RecordWriter w, long? value)
    {
        w.Bool(value is not null);
        if (value is { } some) w.Signed(some);
    }

    private static long? Optional(ref RecordReader r) => r.Bool() ? r.Signed() : null;
}
