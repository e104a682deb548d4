using Granary.Abstractions;
using Granary.Access.Tokens;
using Microsoft.AspNetCore.Http;

namespace Granary.Rest.Access;

/// <summary>On whose behalf a request is answered.</summary>
internal static class CurrentCaller
{
    private static readonly AsyncLocal<Caller?> Flowing = new();

    /// <summary>An agent-owner, whose calls of grains are kept to its agents; null for everybody else, and outside of requests.</summary>
    public static Caller? Scoped => Flowing.Value is { Role: Role.AgentOwner } owner ? owner : null;

    /// <summary>Who sent this request.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? Caller.Local;

    public static void Set(HttpContext context, Caller caller)
    {
        context.Features.Set(caller);
        Flowing.Value = caller;
    }
}
