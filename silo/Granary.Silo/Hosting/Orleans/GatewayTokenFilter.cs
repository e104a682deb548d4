using Granary.Abstractions;
using Granary.Access.Attempts;
using Granary.Access.Guarding;
using Granary.Access.Rules;
using Granary.Access.Tokens;
using Granary.Access.Turns;
using Granary.Client;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Granary.Silo.Hosting;

/// <summary>
/// Orleans' gateway has no token of its own: clients' calls carry it in the request context, are refused without it, and pass what its role must pass. The server's own
/// services are clients to Orleans too, so the same filter lays the token of the data directory on what leaves this process.
/// </summary>
internal sealed class GatewayTokenFilter(string token, AccessGate gate, LargeRequests? turns, GatewayLimits limits, IServiceProvider services) : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    private const int BytesOfItem = 256;

    /// <summary>What Orleans takes to decode a byte of a batch, about: 1,000 tasks take two milliseconds.</summary>
    private const double DecodeMicroseconds = 0.008;
    private const string HostedClient = "hosted-";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);
    private readonly CallsUnderWay<GrainId> _calls = new(limits.MaxRequestsPerConnection, limits.MaxRequests);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.SourceId is not { } source || !source.IsClient())
        {
            await context.Invoke();
            return;
        }
        var caller = await CallerAsync(RequestContext.Get(GranaryCluster.TokenKey) as string ?? "");
        if (IsClientsOwn(context))
        {
            await context.Invoke();
            return;
        }
        if (IsOwn(source))
        {
            await PassAsync(caller, context);
            return;
        }
        // Orleans reads whatever comes, so that who has too much under way is refused where the embedded host lets it wait unread
        if (!_calls.TryEnter(source))
            throw GranaryException.Busy($"{limits.MaxRequestsPerConnection} calls of this client are under way, or {limits.MaxRequests} of all (Gateway:MaxRequestsPerConnection, Gateway:MaxRequests); ask again when some have ended", RetryAfter);
        LargeRequests.Turn? turn = null;
        try
        {
            turn = await TurnAsync(source, context);
            await PassAsync(caller, context);
        }
        finally
        {
            if (turn is not null) turns!.Leave(turn, TimeSpan.FromMicroseconds(turn.Bytes * DecodeMicroseconds));
            _calls.Leave(source);
        }
    }

    private async Task PassAsync(Caller caller, IIncomingGrainCallContext context)
    {
        try
        {
            await GrainGuard.InvokeAsync(caller, context, services.GetRequiredService<IGrainFactory>());
        }
        catch (AccessDeniedException e)
        {
            throw GranaryException.Refused(e.Message);
        }
    }

    /// <summary>The server's own services: what came to them by REST has had its turn, and is bounded there.</summary>
    private static bool IsOwn(GrainId client) => client.Key.ToString()!.StartsWith(HostedClient, StringComparison.Ordinal);

    /// <summary>
    /// Batches take turns, as on the embedded host's gateway, but only here, where Orleans has decoded them and pools (which let calls in while others wait) have been reached. What a
    /// batch counts for is an estimate.
    /// </summary>
    private async ValueTask<LargeRequests.Turn?> TurnAsync(GrainId client, IIncomingGrainCallContext context)
    {
        if (turns is null) return null;
        if (context.Request.GetArgumentCount() > 0 && context.Request.GetArgument(0) is SubmitBatch { Items: { } items } && items.Count * BytesOfItem > LargeRequests.Small)
            return await turns.EnterAsync(client, items.Count * BytesOfItem);
        turns.Served(client);
        return null;
    }

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        RequestContext.Set(GranaryCluster.TokenKey, token);
        return context.Invoke();
    }

    /// <summary>Orleans does not say which address a call came from: failed attempts of all its clients are counted together, and one that is known is never turned away.</summary>
    private async ValueTask<Caller> CallerAsync(string given)
    {
        if (gate.Book.Find(given) is { } known) return known;
        var entry = await gate.EnterAsync(null, given, CancellationToken.None);
        return entry.Caller ?? throw GranaryException.Refused("the gateway refused the token; use the one in the server's data directory, or one that 'granary token create' made (GRANARY_TOKEN or --token-file)");
    }

    /// <summary>What Orleans' client asks for itself: which grains the cluster has.</summary>
    private static bool IsClientsOwn(IIncomingGrainCallContext context) =>
        context.TargetId.IsSystemTarget() && context.InterfaceMethod.DeclaringType?.Name.Contains("ClusterManifest", StringComparison.Ordinal) == true;
}
