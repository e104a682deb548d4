using System.Globalization;
using Orleans;

namespace Granary.Model;

/// <summary>A task's id: its pool and its number there, written <c>pool/number</c>. Numbers start at 1 and only grow.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TaskId")]
public readonly record struct TaskId([property: Id(0)] string Pool, [property: Id(1)] long Number) : IComparable<TaskId>
{
    public const string DefaultPool = "default";

    /// <summary>Reads <c>pool/number</c>, or a bare number in the pool named <c>default</c>.</summary>
    public static bool TryParse(string? text, out TaskId id)
    {
        id = default;
        if (string.IsNullOrEmpty(text)) return false;
        var slash = text.LastIndexOf('/');
        var pool = slash < 0 ? DefaultPool : text[..slash];
        if (!Names.IsValid(pool) || !long.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number <= 0) return false;
        id = new TaskId(pool, number);
        return true;
    }

    public int CompareTo(TaskId other)
    {
        var byPool = string.CompareOrdinal(Pool, other.Pool);
        return byPool != 0 ? byPool : Number.CompareTo(other.Number);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pool}/{Number}");
}
