using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>Where a task may and would rather run, as it is sent and read.</summary>
public sealed record PlacementJson
{
    /// <summary>Labels a node must have.</summary>
    public IReadOnlyDictionary<string, string>? Require { get; init; }

    /// <summary>Labels that make a node better: <c>disk=ssd</c>, <c>disk=ssd*2</c> with a weight.</summary>
    public IReadOnlyList<string>? Prefer { get; init; }

    /// <summary>Tasks it would be near: <c>name:db</c>, <c>agent:alice</c>, <c>label:app=web</c>; <c>@zone</c> for a zone rather than a node, <c>!</c> for must, <c>*2</c> for a weight.</summary>
    public IReadOnlyList<string>? Near { get; init; }

    /// <summary>Tasks it would be apart from, in the same words.</summary>
    public IReadOnlyList<string>? Apart { get; init; }

    /// <summary>The label over whose values its agent's tasks of its name are spread.</summary>
    public string? SpreadOver { get; init; }

    /// <summary>Where its data lies, MiB: by node, or by <c>label=value</c>.</summary>
    public IReadOnlyDictionary<string, long>? Data { get; init; }

    /// <summary>The most its run may cost, in the unit of the nodes' prices.</summary>
    public double? MaxCost { get; init; }

    public static PlacementJson? From(PlacementTerms? terms) => terms is null ? null : new()
    {
        Require = terms.Require,
        Prefer = terms.Prefer?.Select(PlacementWords.Format).ToArray(),
        Near = terms.Near?.Select(PlacementWords.Format).ToArray(),
        Apart = terms.Apart?.Select(PlacementWords.Format).ToArray(),
        SpreadOver = TaskJson.Absent(terms.SpreadOver),
        Data = terms.Data,
        MaxCost = terms.MaxCost,
    };

    /// <exception cref="GranaryException">Invalid, naming the field below <paramref name="path"/>.</exception>
    public PlacementTerms ToTerms(string path) => new()
    {
        Require = Require is { Count: > 0 } ? Require : null,
        Prefer = Preferences(path),
        Near = Affinities(Near, $"{path}.near"),
        Apart = Affinities(Apart, $"{path}.apart"),
        SpreadOver = SpreadOver ?? "",
        Data = Data is { Count: > 0 } ? Data : null,
        MaxCost = MaxCost,
    };

    private LabelPreference[]? Preferences(string path)
    {
        if (Prefer is not { Count: > 0 }) return null;
        return [.. Prefer.Select(text => PlacementWords.TryParse(text ?? "", out LabelPreference? wish, out var error) ? wish! : throw GranaryException.Invalid($"{path}.prefer: {error}"))];
    }

    private static TaskAffinity[]? Affinities(IReadOnlyList<string>? texts, string path)
    {
        if (texts is not { Count: > 0 }) return null;
        return [.. texts.Select(text => PlacementWords.TryParse(text ?? "", out TaskAffinity? affinity, out var error) ? affinity! : throw GranaryException.Invalid($"{path}: {error}"))];
    }
}
