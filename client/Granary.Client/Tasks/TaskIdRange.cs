using System.Collections;
using Granary.Model;

namespace Granary.Client;

/// <summary>Consecutive task ids of one pool, as one admission gives them: a list that costs nothing per id.</summary>
public sealed class TaskIdRange(string pool, long first, int count) : IReadOnlyList<TaskId>
{
    public string Pool => pool;

    /// <summary>Number of the first task.</summary>
    public long First => first;

    public int Count => count;

    public TaskId this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
            return new TaskId(pool, first + index);
        }
    }

    public bool Contains(TaskId id) => id.Pool == pool && id.Number >= first && id.Number < first + count;

    public IEnumerator<TaskId> GetEnumerator()
    {
        for (var i = 0; i < count; i++) yield return new TaskId(pool, first + i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary><c>default/7</c>, or <c>default/7..12</c>.</summary>
    public override string ToString() => count == 1 ? this[0].ToString() : $"{new TaskId(pool, first)}..{first + count - 1}";
}
