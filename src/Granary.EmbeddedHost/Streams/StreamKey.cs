using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.EmbeddedHost.Activations;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Streams;

/// <summary>Streams as keys of grains, and grains as consumers of streams.</summary>
internal static class StreamKey
{
    /// <summary>Writes <c>provider/length:namespace key</c>, which no other stream has.</summary>
    public static string Format(string provider, StreamId stream)
        => string.Create(CultureInfo.InvariantCulture, $"{provider}/{stream.GetNamespace()?.Length ?? -1}:{stream.GetNamespace()}{stream.GetKeyAsString()}");

    public static (string Provider, StreamId Stream) Parse(string key)
    {
        var slash = key.IndexOf('/');
        var colon = key.IndexOf(':', slash);
        var length = int.Parse(key.AsSpan(slash + 1, colon - slash - 1), CultureInfo.InvariantCulture);
        var rest = key[(colon + 1)..];
        return (key[..slash], length < 0 ? StreamId.Create(null, rest) : StreamId.Create(rest[..length], rest[length..]));
    }

    /// <summary>The grain of the class that a stream's implicit subscription wakes.</summary>
    public static GrainId ImplicitConsumer(GrainKind kind, StreamId stream)
    {
        var key = stream.GetKeyAsString();
        return new GrainId(kind.Type, kind.HasIntegerKey && long.TryParse(key, CultureInfo.InvariantCulture, out var number)
            ? GrainIdKeyExtensions.CreateIntegerKey(number)
            : IdSpan.Create(key));
    }

    /// <summary>The grain is an implicit consumer of the stream.</summary>
    public static bool IsImplicit(GrainKind kind, GrainId grain, StreamId stream)
        => stream.GetNamespace() is { } name && kind.StreamNamespaces.Contains(name) && ImplicitConsumer(kind, stream) == grain;

    /// <summary>The id of an implicit subscription: the same in every run.</summary>
    public static Guid ImplicitId(string provider, StreamId stream, GrainId consumer)
        => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{Format(provider, stream)}|{consumer}")).AsSpan(0, 16));
}
