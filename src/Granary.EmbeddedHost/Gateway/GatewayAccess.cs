using System.Net;
using Orleans;

namespace Granary.EmbeddedHost;

/// <summary>Decides who comes in by a gateway, where one token for everybody is not enough.</summary>
public interface IGatewayAccess
{
    /// <summary>Asked once for each connection, with what it presents.</summary>
    /// <param name="from">Where the connection comes from; null where that is unknown.</param>
    /// <param name="token">As presented; may be empty.</param>
    /// <param name="cancellation">The time for the handshake is over.</param>
    ValueTask<GatewayAdmission> AdmitAsync(IPAddress? from, string token, CancellationToken cancellation);
}

/// <summary>Whether a connection may come in.</summary>
/// <param name="Caller">What its requests have to pass; null where it is refused.</param>
/// <param name="Refusal">One line for the client; null where it is admitted.</param>
/// <param name="IsLogged">The refusal has been logged by who decided, or need not be.</param>
/// <param name="IsForNow">The client may try again later with what it has; otherwise it need not.</param>
public sealed record GatewayAdmission(IGatewayCaller? Caller, string? Refusal, bool IsLogged = false, bool IsForNow = false);

/// <summary>Who is at the other end of a connection.</summary>
public interface IGatewayCaller
{
    /// <summary>True where the request may run as it is, so that nothing need be put around it.</summary>
    bool Passes(Type grainInterface, string method, string key);

    /// <summary>Lets a request through, looks at it, changes it or its result, or throws what the client gets instead.</summary>
    Task InvokeAsync(IGrainCallContext call);
}
