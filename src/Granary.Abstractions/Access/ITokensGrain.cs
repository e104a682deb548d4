using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>
/// The tokens beside the one in the server's data directory (one grain, key <see cref="Key"/>). Durable, and the same for all servers of a cluster. It never sees
/// a secret: who wants a token makes it up (<see cref="TokenSecret"/>) and sends its hash, so a call may be repeated.
/// </summary>
[Alias("Granary.ITokensGrain")]
public interface ITokensGrain : IGrainWithStringKey
{
    const string Key = "granary";

    /// <summary>In the order they were made.</summary>
    [Alias("List"), AlwaysInterleave]
    Task<IReadOnlyList<TokenView>> List();

    /// <summary>Refused where there are too many; the same hash again gives the same token.</summary>
    [Alias("Create")]
    Task<TokenView> Create(TokenRequest request);

    /// <summary>Gives the token another secret; the old one goes on for <paramref name="overlap"/>. NotFound where there is no such token.</summary>
    [Alias("Rotate")]
    Task<TokenView> Rotate(string id, byte[] hash, TimeSpan overlap);

    /// <summary>The token as it was; from now on it opens nothing. NotFound where there is no such token.</summary>
    [Alias("Revoke")]
    Task<TokenView> Revoke(string id);

    /// <summary>For servers: what they need to know tokens by, and when tokens were used there.</summary>
    [Alias("Sync"), AlwaysInterleave]
    Task<TokenPage> Sync(TokenUses uses);
}
