using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement.Filters;
using Granary.Scheduling.Placement.Scoring;

namespace Granary.Scheduling.Placement;

/// <summary>The scores, filters and orderings that policies may name: those that come with Granary, and those of plug-ins.</summary>
public sealed class PlacementParts
{
    private readonly SortedDictionary<string, INodeScore> _scores = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, INodeFilter> _filters = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, IQueueOrder> _orders = new(StringComparer.Ordinal);

    /// <param name="plugins">Parts beyond those that come with Granary.</param>
    /// <exception cref="GranaryException">Two of a kind have one name, or a name is not valid.</exception>
    public PlacementParts(IEnumerable<object>? plugins = null)
    {
        INodeScore[] own = [new BestFitScore(), new PackingScore(), new SpreadScore(), new FragmentationScore(), new CostScore(), new EnergyScore(), new AffinityScore(), new LocalityScore(), new TopologyScore(), new FinishScore()];
        foreach (var score in own) Add(_scores, score.Name, score, "score");
        foreach (var part in plugins ?? [])
        {
            if (part is INodeScore score) Add(_scores, score.Name, score, "score");
            if (part is INodeFilter filter) Add(_filters, filter.Name, filter, "filter");
            if (part is IQueueOrder order) Add(_orders, order.Name, order, "ordering");
        }
    }

    /// <summary>Only what comes with Granary.</summary>
    public static PlacementParts BuiltIn { get; } = new();

    public IEnumerable<string> Scores => _scores.Keys;

    public IEnumerable<string> Filters => _filters.Keys;

    /// <summary>Orderings of plug-ins; those of the strategies go by the strategies' names.</summary>
    public IEnumerable<string> Orders => _orders.Keys;

    public INodeScore? Score(string name) => _scores.GetValueOrDefault(name);

    public INodeFilter? Filter(string name) => _filters.GetValueOrDefault(name);

    public IQueueOrder? Order(string name) => _orders.GetValueOrDefault(name);

    private static void Add<T>(SortedDictionary<string, T> parts, string name, T part, string kind)
    {
        if (!Names.IsValid(name)) throw GranaryException.Invalid($"{kind} '{name}' of {part!.GetType().FullName} is not a valid name; use {Names.Rule}");
        if (!parts.TryAdd(name, part))
            throw GranaryException.Invalid($"{kind} '{name}' of {part!.GetType().FullName} exists already, of {parts[name]!.GetType().FullName}; give it another name");
    }
}
