using Granary.Model;
using Granary.Rest.Http;

namespace Granary.Rest.Tasks;

/// <summary>Task ids as paths and bodies carry them: <c>pool/number</c>, <c>pool%2Fnumber</c>, or a bare number.</summary>
internal static class IdText
{
    /// <summary>A bare number is of <paramref name="pool"/>.</summary>
    public static bool TryParse(string text, string pool, out TaskId id) =>
        TaskId.TryParse(text.Contains('/') ? text : $"{pool}/{text}", out id);

    /// <summary>From one path segment. Servers leave an encoded slash in a path as it was sent.</summary>
    /// <exception cref="GranaryException">Invalid.</exception>
    public static TaskId Parse(string segment) =>
        TaskId.TryParse(segment.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), out var id) ? id : throw NoId(segment);

    /// <summary>From two path segments.</summary>
    /// <exception cref="GranaryException">Invalid.</exception>
    public static TaskId Parse(string pool, string number) =>
        TaskId.TryParse($"{pool}/{number}", out var id) ? id : throw NoId($"{pool}/{number}");

    private static GranaryException NoId(string text) =>
        GranaryException.Invalid($"'{Text.Clip(text)}' is no task id; an id is POOL/NUMBER, or a number in the pool default");
}
