using Granary.Model;
using Granary.Scheduling;
using Granary.Storage;

namespace Granary.Faults;

/// <summary>What outlives a server: journals, snapshots, ended tasks and grain states, and how well the disk does.</summary>
internal sealed class Disk(Random random, Story story, RunFigures figures)
{
    public Dictionary<string, List<JournalRecord>> Journals { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, (long Sequence, byte[] Bytes)> Snapshots { get; } = new(StringComparer.Ordinal);

    public Dictionary<TaskId, TaskView> Finished { get; } = [];

    public Dictionary<string, (byte[] Bytes, string Tag)> States { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes that failed, and may yet be found after a crash.</summary>
    public List<PoolAppend> Doubtful { get; } = [];

    /// <summary>A write takes up to this long.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(4);

    /// <summary>The next writes fail.</summary>
    public int Failing { get; set; }

    /// <summary>Every write fails.</summary>
    public bool Full { get; set; }

    public long Tags { get; set; }

    public TimeSpan Delay() => Latency * random.NextDouble();

    public bool Fails()
    {
        if (!Full && Failing == 0) return false;
        if (Failing > 0) Failing--;
        figures.FailedWrites++;
        return true;
    }

    public long Last(string pool) => Math.Max(
        Journals.TryGetValue(pool, out var journal) && journal.Count > 0 ? journal[^1].Sequence : 0, Snapshots.GetValueOrDefault(pool).Sequence);

    /// <summary>The commit: all of it or nothing.</summary>
    public void Commit(in PoolAppend append)
    {
        if (!Journals.TryGetValue(append.Pool, out var journal)) Journals[append.Pool] = journal = [];
        journal.Add(new JournalRecord(append.Sequence, append.Payload));
        foreach (var task in append.Finished) Finished[task.Id] = task;
        if (append.Pool.Contains('~', StringComparison.Ordinal)) CountMoves(append.Payload.Span);
        story.Tell($"{append.Pool} writes record {append.Sequence} of {append.Payload.Length} bytes");
        story.Mix(append.Payload.Span);
    }

    private void CountMoves(ReadOnlySpan<byte> record)
    {
        var batch = new EventBatch();
        EventCodec.Read(record, batch);
        foreach (ref readonly var e in batch.Events)
            if (e.Kind == EventKind.TasksTaken) figures.Moves++;
            else if (e.Kind == EventKind.NodeReleased) figures.NodeMoves++;
    }

    /// <summary>The server died: of the writes that failed or were under way, some turn out to be there.</summary>
    public void Crash()
    {
        foreach (var append in Doubtful)
            if (append.Sequence == Last(append.Pool) + 1 && random.Next(2) == 0) Commit(append);
        Doubtful.Clear();
    }
}
