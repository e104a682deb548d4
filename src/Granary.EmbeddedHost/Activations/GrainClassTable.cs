using System.Collections.Concurrent;
using System.Reflection;
using Granary.EmbeddedHost.Calls;
using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Activations;

/// <summary>What the host knows of a grain class.</summary>
internal sealed class GrainKind
{
    public GrainKind(GrainClass description, GrainCollectionOptions collection)
    {
        Description = description;
        Type = GrainType.Create(description.Name);
        IsReentrant = Has<ReentrantAttribute>();
        FiltersCalls = description.Type.IsAssignableTo(typeof(IIncomingGrainCallFilter));
        CollectionAge = Has<KeepAliveAttribute>()
            ? TimeSpan.MaxValue
            : description.Type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit
                ?? collection.ClassSpecificCollectionAge.GetValueOrDefault(description.Type.FullName!, collection.CollectionAge);
        StreamNamespaces = [.. description.Type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>().Select(a => a.StreamNamespace)];
        Interface = description.Interfaces.FirstOrDefault();
    }

    public GrainClass Description { get; }

    public GrainType Type { get; }

    public bool IsReentrant { get; }

    public bool FiltersCalls { get; }

    public TimeSpan CollectionAge { get; }

    public IReadOnlyList<string> StreamNamespaces { get; }

    public Type? Interface { get; }

    public bool HasIntegerKey => Description.Type.IsAssignableTo(typeof(IGrainWithIntegerKey));

    private bool Has<T>() where T : Attribute => Description.Type.GetCustomAttribute<T>() is not null;
}

/// <summary>The grain classes of the program, by name and by interface.</summary>
internal sealed class GrainClassTable
{
    private readonly Dictionary<GrainType, GrainKind> _byType = [];
    private readonly ConcurrentDictionary<(Type Interface, string? Prefix), GrainKind> _byInterface = new();

    public GrainClassTable(Microsoft.Extensions.Options.IOptions<GrainCollectionOptions> collection)
    {
        foreach (var description in GrainRegistry.Classes)
        {
            var kind = new GrainKind(description, collection.Value);
            if (!_byType.TryAdd(kind.Type, kind))
            {
                throw new OrleansConfigurationException($"Grain classes {_byType[kind.Type].Description.Type.FullName} and "
                    + $"{description.Type.FullName} are both \"{kind.Type}\"; give one a [GrainType].");
            }
        }
    }

    public IEnumerable<GrainKind> All => _byType.Values;

    public GrainKind? Find(GrainType type) => _byType.GetValueOrDefault(type);

    /// <exception cref="ArgumentException">No class, or more than one, has the interface.</exception>
    public GrainKind Resolve(Type grainInterface, string? classNamePrefix)
    {
        if (_byInterface.TryGetValue((grainInterface, classNamePrefix), out var found))
            return found;
        var candidates = _byType.Values
            .Where(k => k.Description.Type.IsAssignableTo(grainInterface)
                && (classNamePrefix is null || k.Description.Type.FullName!.StartsWith(classNamePrefix, StringComparison.Ordinal)))
            .ToList();
        if (candidates.Count > 1 && candidates.Where(IsNamedAfterInterface).ToList() is [var named])
            candidates = [named];
        if (candidates is not [var kind])
        {
            throw new ArgumentException(candidates.Count == 0
                ? $"No grain class implements {grainInterface.FullName}; the project with the class must be referenced by the server."
                : $"Several grain classes implement {grainInterface.FullName} ({string.Join(", ", candidates.Select(k => k.Description.Type.Name))}); name one with grainClassNamePrefix.");
        }
        _byInterface[(grainInterface, classNamePrefix)] = kind;
        return kind;

        bool IsNamedAfterInterface(GrainKind k) => grainInterface.Name == "I" + k.Description.Type.Name;
    }
}
