using Granary.Access.Tokens;
using Orleans;

namespace Granary.Grains.Access;

/// <summary>What the tokens' grain remembers across restarts.</summary>
[GenerateSerializer, Alias("Granary.TokensState")]
public sealed class TokensState
{
    [Id(0)] public TokenRegistryState Registry { get; set; } = new();
}
