using Granary.Abstractions;
using Granary.Access.Tokens;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Access;

/// <summary>Keeps the registry of tokens, and lets the server that it is in know at once; the others ask several times a second.</summary>
public sealed class TokensGrain(
    [PersistentState("tokens", TokensGrain.StorageName)] IPersistentState<TokensState> state,
    TimeProvider clock,
    TokenBook book) : Grain, ITokensGrain
{
    public const string StorageName = "granary";

    public Task<IReadOnlyList<TokenView>> List() => Task.FromResult(new TokenRegistry(state.State.Registry).List(clock.GetUtcNow()));

    public Task<TokenView> Create(TokenRequest request) => ChangeAsync(registry => registry.Create(request, clock.GetUtcNow()));

    public Task<TokenView> Rotate(string id, byte[] hash, TimeSpan overlap) => ChangeAsync(registry => registry.Rotate(id, hash, overlap, clock.GetUtcNow()));

    public Task<TokenView> Revoke(string id) => ChangeAsync(registry => registry.Revoke(id, clock.GetUtcNow()));

    public async Task<TokenPage> Sync(TokenUses uses)
    {
        // a registry that cannot be written still says who may come in
        var registry = new TokenRegistry(state.State.Registry);
        if (uses.LastUsed.Count > 0 && registry.Used(uses.LastUsed)) await WriteAsync(registry.State);
        return new TokenRegistry(state.State.Registry).PageFor(uses.Version);
    }

    private async Task<TokenView> ChangeAsync(Func<TokenRegistry, TokenView> change)
    {
        var registry = new TokenRegistry(state.State.Registry);
        var before = registry.State;
        var view = change(registry);
        if (ReferenceEquals(before, registry.State)) return view;
        await WriteAsync(registry.State);
        book.Take(registry.PageFor(0));
        return view;
    }

    private async Task WriteAsync(TokenRegistryState registry)
    {
        state.State.Registry = registry;
        await state.WriteOrReadAgainAsync();
    }
}
