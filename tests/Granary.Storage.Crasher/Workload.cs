using System.Globalization;
using Granary.Model;

namespace Granary.Storage.Crasher;

/// <summary>What is written and how it is recognised: a record's payload and its task follow from pool and sequence.</summary>
public static class Workload
{
    public const int SnapshotEvery = 97;

    public static IReadOnlyList<string> Pools { get; } = ["p0", "p1", "p2", "p3"];

    /// <summary>Writes from where the pool is, for ever. A line is printed once the record is acknowledged, not before.</summary>
    public static async Task Write(IPoolStore store, string pool, TextWriter acknowledged)
    {
        var recovery = await store.OpenAsync(pool);
        for (var sequence = recovery.LastSequence + 1; ; sequence++)
        {
            await store.AppendAsync(new PoolAppend(pool, sequence, Payload(pool, sequence), [Finished(pool, sequence)]));
            var line = string.Create(CultureInfo.InvariantCulture, $"{pool} {sequence}\n");
            lock (acknowledged)
            {
                acknowledged.Write(line);
                acknowledged.Flush();
            }
            if (sequence % SnapshotEvery == 0) await store.SaveSnapshotAsync(pool, sequence, Snapshot(pool, sequence));
        }
    }

    public static byte[] Payload(string pool, long sequence) => Bytes(pool, sequence, (int)(sequence * 37 % 3000));

    public static byte[] Snapshot(string pool, long sequence) => Bytes(pool, -sequence, 100_000);

    public static TaskView Finished(string pool, long sequence) => new()
    {
        Id = new TaskId(pool, sequence),
        Spec = new TaskSpec { Agent = "a", Name = string.Create(CultureInfo.InvariantCulture, $"t{sequence}") },
        State = TaskState.Succeeded,
        Submitted = DateTimeOffset.UnixEpoch.AddSeconds(sequence),
        Finished = DateTimeOffset.UnixEpoch.AddSeconds(sequence + 1),
    };

    private static byte[] Bytes(string pool, long seed, int length)
    {
        var bytes = new byte[length];
        new Random(HashCode(pool, seed)).NextBytes(bytes);
        return bytes;
    }

    // string.GetHashCode differs from process to process
    private static int HashCode(string pool, long seed) => pool[^1] * 1_000_003 + (int)seed;
}
