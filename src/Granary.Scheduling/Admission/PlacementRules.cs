using Granary.Model;
using Granary.Scheduling.Placement;

namespace Granary.Scheduling.Admission;

/// <summary>What placement terms, a pool's placement policy and a node's traits must satisfy.</summary>
internal static class PlacementRules
{
    /// <summary>Of each kind of wish.</summary>
    public const int MostEntries = 32;

    private const int LongestLabel = 256;
    private const double MostWeight = 100;

    public static void Check(PlacementTerms terms, string what)
    {
        foreach (var (label, value) in Entries(terms.Require, "require", what)) Label(label, value, "require", what);
        foreach (var wish in Entries(terms.Prefer, "prefer", what))
        {
            Label(wish.Label, wish.Value, "prefer", what);
            if (!(Math.Abs(wish.Weight) <= MostWeight) || wish.Weight == 0) throw GranaryException.Invalid(FormattableString.Invariant($"{what}: prefer {wish.Label}={wish.Value} has weight {wish.Weight}; use -{MostWeight} to {MostWeight}, not 0"));
        }
        foreach (var affinity in Entries(terms.Near, "near", what)) Affinity(affinity, "near", what);
        foreach (var affinity in Entries(terms.Apart, "apart", what)) Affinity(affinity, "apart", what);
        if (terms.SpreadOver is null || terms.SpreadOver.Length > LongestLabel) throw GranaryException.Invalid($"{what}: spread_over is not the name of a label; use up to {LongestLabel} characters");
        foreach (var (place, amount) in Entries(terms.Data, "data", what))
            if (place.Length is 0 or > LongestLabel || amount < 0) throw GranaryException.Invalid($"{what}: data '{place}' has {amount} MiB; name a node or label=value, and 0 MiB or more");
        if (terms.MaxCost is { } most && !(most >= 0 && double.IsFinite(most))) throw GranaryException.Invalid(FormattableString.Invariant($"{what}: max_cost {most} is not valid; use 0 or more"));
    }

    public static void Check(NodeTraits? traits, string node)
    {
        if (traits is null) return;
        if (traits.Class is null || (traits.Class.Length > 0 && !Names.IsValid(traits.Class))) throw GranaryException.Invalid($"node {node}: class '{traits.Class}' is not valid; use {Names.Rule}");
        Amount(traits.CostPerHour, "cost_per_hour");
        Amount(traits.IdleWatts, "idle_watts");
        Amount(traits.BusyWatts, "busy_watts");
        Amount(traits.Speed, "speed");
        if (traits.NumaNodes is < 0 or > 1024) throw GranaryException.Invalid($"node {node}: numa_nodes {traits.NumaNodes} is not valid; use 0 to 1024");

        void Amount(double value, string field)
        {
            if (!(value >= 0 && double.IsFinite(value))) throw GranaryException.Invalid(FormattableString.Invariant($"node {node}: {field} {value} is not valid; use 0 or more"));
        }
    }

    public static void Check(PlacementPolicy? policy, string pool, PlacementParts parts)
    {
        if (policy is null) return;
        if (policy.Score.Length > 0 && policy.Scores is { Count: > 0 }) throw GranaryException.Invalid($"pool {pool}: has both a score and a list of scores; keep one");
        if (policy.Score.Length > 0) Known(policy.Score, parts.Score(policy.Score), parts.Scores, "score", pool);
        foreach (var (name, weight) in policy.Scores ?? new Dictionary<string, double>())
        {
            Known(name, parts.Score(name), parts.Scores, "score", pool);
            if (!(weight is > 0 and <= MostWeight)) throw GranaryException.Invalid(FormattableString.Invariant($"pool {pool}: score {name} has weight {weight}; use over 0 and up to {MostWeight}"));
        }
        foreach (var name in policy.Filters ?? []) Known(name, parts.Filter(name), parts.Filters, "filter", pool);
        if (policy.Order.Length > 0) Known(policy.Order, parts.Order(policy.Order), parts.Orders, "ordering", pool);
    }

    private static void Known(string name, object? part, IEnumerable<string> known, string kind, string pool)
    {
        if (part is not null) return;
        var names = known.ToArray();
        var help = Suggestion.For(name, names) is { } near ? $"did you mean {near}?"
            : names.Length > 0 ? $"there are {string.Join(", ", names)}" : $"no {kind} is loaded: it takes a plug-in";
        throw GranaryException.Invalid($"pool {pool}: {kind} '{name}' does not exist; {help}");
    }

    private static void Affinity(TaskAffinity affinity, string field, string what)
    {
        if (!Enum.IsDefined(affinity.By)) throw GranaryException.Invalid($"{what}: {field} is by {(int)affinity.By}, which does not exist; use agent, name or label");
        if (affinity.Value is not { Length: > 0 and <= LongestLabel } || (affinity.By == AffinityBy.Label && affinity.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            throw GranaryException.Invalid($"{what}: {field} '{affinity.Value}' is not valid; use an agent's id, a task's name, or label=value");
        if (affinity.Over is null || affinity.Over.Length > LongestLabel) throw GranaryException.Invalid($"{what}: {field} {affinity.Value}: over is not the name of a label");
        if (!(affinity.Weight is > 0 and <= MostWeight)) throw GranaryException.Invalid(FormattableString.Invariant($"{what}: {field} {affinity.Value} has weight {affinity.Weight}; use over 0 and up to {MostWeight}"));
    }

    private static void Label(string label, string value, string field, string what)
    {
        if (label is not { Length: > 0 and <= LongestLabel } || value is not { Length: <= LongestLabel } || label.Any(char.IsControl) || value.Any(char.IsControl))
            throw GranaryException.Invalid($"{what}: {field} '{label}={value}' is not a label; use label=value of printable characters");
    }

    private static IReadOnlyCollection<T> Entries<T>(IReadOnlyCollection<T>? entries, string field, string what)
    {
        if (entries is null) return [];
        if (entries.Count > MostEntries) throw GranaryException.Invalid($"{what}: {field} has {entries.Count} entries; use at most {MostEntries}");
        if (entries.Any(e => e is null)) throw GranaryException.Invalid($"{what}: {field} has an empty entry; remove it");
        return entries;
    }
}
