using Granary.Model;

namespace Granary.Grains.Nodes;

/// <summary>Of a node's labels those by which its agent says what it carries out, and the others.</summary>
internal static class NodeOffers
{
    public static IReadOnlyDictionary<string, string>? Of(IReadOnlyDictionary<string, string>? labels) => Pick(labels, offers: true);

    public static IReadOnlyDictionary<string, string>? Without(IReadOnlyDictionary<string, string>? labels) => Pick(labels, offers: false);

    private static Dictionary<string, string>? Pick(IReadOnlyDictionary<string, string>? labels, bool offers)
    {
        var picked = labels?.Where(l => Executors.IsOffer(l.Key) == offers).ToDictionary(StringComparer.Ordinal);
        return picked is { Count: > 0 } ? picked : null;
    }
}
