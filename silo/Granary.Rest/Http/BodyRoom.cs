using System.Net;
using Granary.Access.Turns;
using Granary.Model;
using Granary.Rest.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Http;

/// <summary>What a request takes of its client's room for bodies: before the body is read, and until the reply is there. Small ones take none.</summary>
internal sealed class BodyRoom(HeldBytes<(string Caller, IPAddress? Address)> held, (string, IPAddress?) client, long mostOfOne) : IDisposable
{
    /// <summary>A body whose length was not told takes room in steps of this.</summary>
    private const int Step = 256 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private long _taken;

    public static BodyRoom For(HttpContext context)
    {
        var services = context.RequestServices;
        var room = new BodyRoom(services.GetRequiredService<HeldBytes<(string, IPAddress?)>>(), ClientOf(context), services.GetRequiredService<RestOptions>().BodyBytesOfClient);
        if (context.Request.ContentLength is { } length) room.Take(length);
        context.Response.RegisterForDispose(room);
        return room;
    }

    /// <summary>Who came by one token from one address is one client, on however many connections.</summary>
    public static (string Caller, IPAddress? Address) ClientOf(HttpContext context) => (CurrentCaller.Of(context).Id, context.Connection.RemoteIpAddress);

    /// <summary>So many bytes have come.</summary>
    /// <exception cref="GranaryException">Busy: there is no room.</exception>
    public void Reach(long bytes)
    {
        if (bytes > Math.Max(_taken, LargeRequests.Small)) Take(_taken + Step);
    }

    public void Dispose()
    {
        if (_taken > 0) held.Give(client, _taken);
        _taken = 0;
    }

    private void Take(long bytes)
    {
        if (bytes <= LargeRequests.Small) return;
        if (!held.TryTake(client, bytes - _taken))
            throw GranaryException.Busy($"{mostOfOne} bytes of this client's requests are here and not answered (Http:BodyBytesOfClient), or those of all clients are too many (Http:BodyBytes); ask again when some have been answered", RetryAfter);
        _taken = bytes;
    }
}
