using System.Collections;
using Granary.Model;

namespace Granary.Rest.Tasks;

/// <summary>Ids of consecutive tasks, written when they are read: a reply that is remembered for repeats must not hold thousands of texts.</summary>
internal sealed class TaskIds(string pool, long first, int count) : IReadOnlyList<string>
{
    public int Count => count;

    public string this[int index] => index >= 0 && index < count
        ? new TaskId(pool, first + index).ToString()
        : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
