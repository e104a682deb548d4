using Granary.EmbeddedHost.Activations;
using Granary.EmbeddedHost.Calls;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Grains;

/// <summary>Ids that a client makes: it knows interfaces, and the server knows which classes have them.</summary>
internal static class PlaceholderId
{
    private const string Mark = "interface:";

    public static GrainType TypeFor(GrainInterface type, string? classNamePrefix)
        => GrainType.Create(Mark + type.Name + (classNamePrefix is null ? "" : "#" + classNamePrefix));

    /// <summary>The id with its grain class.</summary>
    public static GrainId Resolve(GrainId id, GrainClassTable classes)
    {
        var type = id.Type.ToString();
        if (!type.StartsWith(Mark, StringComparison.Ordinal))
            return id;
        var hash = type.IndexOf('#');
        var name = hash < 0 ? type[Mark.Length..] : type[Mark.Length..hash];
        var found = GrainRegistry.FindInterface(name) ?? throw new ArgumentException($"The server knows no grain interface \"{name}\"; it may be of another version.");
        return new GrainId(classes.Resolve(found.Type, hash < 0 ? null : type[(hash + 1)..]).Type, id.Key);
    }
}
