namespace Granary.Model;

/// <summary>Lists of words, compared by content and order.</summary>
internal static class WordList
{
    /// <summary>Null and empty are the same.</summary>
    public static bool Same(IReadOnlyList<string>? a, IReadOnlyList<string>? b) =>
        (a?.Count ?? 0) == (b?.Count ?? 0) && (a is null || b is null || a.SequenceEqual(b, StringComparer.Ordinal));
}
