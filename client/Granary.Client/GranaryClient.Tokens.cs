using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

/// <summary>A token with its secret, which nobody is shown again.</summary>
public sealed record IssuedToken(TokenView Token, string Secret);

public sealed partial class GranaryClient
{
    private ITokensGrain TokensGrain => Cluster.GetGrain<ITokensGrain>(ITokensGrain.Key);

    /// <summary>The tokens that there are, beside the one in the server's data directory.</summary>
    public Task<IReadOnlyList<TokenView>> TokensAsync(CancellationToken ct = default)
    {
        var grain = TokensGrain;
        return _calls.CallAsync(() => grain.List(), ct);
    }

    /// <summary>Makes a token. Its secret is made here and only its hash is sent.</summary>
    /// <exception cref="GranaryException">Invalid or refused, with what would be right.</exception>
    public async Task<IssuedToken> CreateTokenAsync(Role role, IReadOnlyList<string>? agents = null, string name = "", TimeSpan? expiresIn = null, IReadOnlyList<string>? nodes = null, CancellationToken ct = default)
    {
        var secret = TokenSecret.Make();
        var request = new TokenRequest(role, TokenSecret.Hash(secret), name, agents, expiresIn, nodes);
        var grain = TokensGrain;
        return new IssuedToken(await _calls.CallAsync(() => grain.Create(request), ct), secret);
    }

    /// <summary>Gives a token a new secret; the old one goes on for <paramref name="overlap"/>.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public async Task<IssuedToken> RotateTokenAsync(string id, TimeSpan overlap = default, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var secret = TokenSecret.Make();
        var hash = TokenSecret.Hash(secret);
        var grain = TokensGrain;
        return new IssuedToken(await _calls.CallAsync(() => grain.Rotate(id, hash, overlap), ct), secret);
    }

    /// <summary>A token that nobody comes in by any more.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public Task<TokenView> RevokeTokenAsync(string id, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var grain = TokensGrain;
        return _calls.CallAsync(() => grain.Revoke(id), ct);
    }
}
