using System.Buffers;
using System.Globalization;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Storage;

/// <summary>What every store refuses before it does anything.</summary>
internal static class StoreArguments
{
    public static void CheckPool(string pool)
    {
        if (!Names.IsValid(pool) && !ShardNames.TryParse(pool, out _, out _)) throw new ArgumentException($"'{pool}' is not the name of a pool: {Names.Rule}", nameof(pool));
    }

    /// <summary>A snapshot in pieces of at most so many bytes, as it lies in memory.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Pieces(ReadOnlySequence<byte> snapshot, int most)
    {
        foreach (var segment in snapshot)
            for (var rest = segment; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, most)..])
                yield return rest[..Math.Min(rest.Length, most)];
    }

    public static void CheckSequence(long sequence) => CheckNumber(sequence, "sequence");

    public static void CheckAppend(PoolAppend append)
    {
        CheckPool(append.Pool);
        CheckSequence(append.Sequence);
        if (append.Payload.Length > PoolAppend.MaxPayload)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"a journal record of {append.Payload.Length} bytes is over the limit of {PoolAppend.MaxPayload}: append smaller batches"));
        }
        for (var i = 0; i < append.Finished.Count; i++) CheckFinished(append.Pool, append.Finished[i]);
    }

    public static void CheckQuery(TaskQuery query)
    {
        if (query.Limit is >= 1 and <= TaskQuery.MaxLimit) return;
        throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
            $"a page of {query.Limit} tasks was asked for: ask for 1 to {TaskQuery.MaxLimit}"));
    }

    public static void CheckKey(GrainStateKey key)
    {
        if (key.GrainType.Length == 0 || key.GrainKey.Length == 0 || key.StateName.Length == 0)
            throw new ArgumentException($"the grain state key {key} has an empty part", nameof(key));
    }

    private static void CheckFinished(string pool, TaskView task)
    {
        CheckNumber(task.Id.Number, "task number");
        if (task.Id.Pool != pool) throw new ArgumentException($"task {task.Id} is not of pool '{pool}'");
        if (!task.State.IsFinal() || task.Finished is null)
            throw new ArgumentException($"task {task.Id} is {task.State} and has {(task.Finished is null ? "no" : "a")} finish: only finished tasks are stored");
        if (task.Spec.Agent.Length == 0) throw new ArgumentException($"task {task.Id} has no agent");
    }

    private static void CheckNumber(long number, string what)
    {
        if (number is > 0 and <= Key.MaxNumber) return;
        throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{what} {number} is not between 1 and {Key.MaxNumber}"));
    }
}
