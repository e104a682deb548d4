namespace Granary.Client;

/// <summary>What clients and servers of one cluster agree on where the host needs a name for it.</summary>
public static class GranaryCluster
{
    /// <summary>Cluster id and service id.</summary>
    public const string Id = "granary";

    /// <summary>Request-context key of the gateway token, where the host's gateway has no handshake of its own.</summary>
    public const string TokenKey = "granary-token";
}
