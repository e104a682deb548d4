using System.Security.Cryptography;
using System.Text;
using Granary.Client;
using Granary.Model;
using Orleans;
using Orleans.Runtime;

namespace Granary.Silo.Hosting;

/// <summary>
/// Orleans' gateway has no token of its own: clients' calls carry it in the request context, and are refused without it. The server's own
/// services are clients to Orleans too, so the same filter lays the token on what leaves this process.
/// </summary>
internal sealed class GatewayTokenFilter(string token) : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    private readonly byte[] _token = Encoding.UTF8.GetBytes(token);

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.SourceId is { } source && source.IsClient() && !Matches(RequestContext.Get(GranaryCluster.TokenKey) as string))
            throw GranaryException.Refused("the gateway refused the token; use the one in the server's data directory (GRANARY_TOKEN or --token)");
        return context.Invoke();
    }

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        RequestContext.Set(GranaryCluster.TokenKey, token);
        return context.Invoke();
    }

    private bool Matches(string? given) => given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _token);
}
