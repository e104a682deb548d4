namespace Granary.Model;

/// <summary>Labels: names with values, compared by content.</summary>
public static class LabelSet
{
    /// <summary>A label that an agent gives its node where its GPUs have <see cref="Mixed"/> memory: the pool then counts that in sum.</summary>
    public const string Gpus = "gpus";

    /// <inheritdoc cref="Gpus"/>
    public const string Mixed = "mixed";

    /// <summary>Null and empty are the same.</summary>
    public static bool Same(IReadOnlyDictionary<string, string>? a, IReadOnlyDictionary<string, string>? b)
    {
        if ((a?.Count ?? 0) != (b?.Count ?? 0)) return false;
        return a is null || a.All(l => b!.TryGetValue(l.Key, out var value) && value == l.Value);
    }
}
