using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Granary.Proxy.Forwarding;

/// <summary>What a backend learns of its caller: all that the caller sent but what was for this server, and where the request came from as this server saw it.</summary>
internal static class RequestHeaders
{
    /// <summary>Becomes <c>Authorization</c> at the backend: the caller's own is for this server.</summary>
    public const string BackendAuthorization = "X-Backend-Authorization";

    /// <summary>Counts servers that passed a request on; services that call each other in a circle end by it.</summary>
    public const string Hops = "X-Granary-Hops";

    public const int MostHops = 8;

    /// <summary>What this server says of the caller, so that nobody else can; and what was for this server.</summary>
    private static readonly string[] Replaced = ["Authorization", BackendAuthorization, Hops, "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Real-IP"];

    public static int HopsOf(HttpRequest request) => request.Headers.TryGetValue(Hops, out var text) && int.TryParse(text, out var hops) && hops > 0 ? hops : 0;

    public static void Change(HttpContext context, HttpRequestMessage request, string prefix)
    {
        var headers = request.Headers;
        headers.Host = null; // the backend's own
        foreach (var name in Replaced) headers.Remove(name);
        foreach (var named in context.Request.Headers.Connection) // what is only for this connection (RFC 9110, 7.6.1)
            foreach (var name in new StringTokenizer(named ?? "", [',']))
                if (name.Trim() is { Length: > 0 } one && !one.Equals("Upgrade", StringComparison.OrdinalIgnoreCase)) headers.Remove(one.ToString());
        if (context.Request.Headers.TryGetValue(BackendAuthorization, out var own)) headers.TryAddWithoutValidation("Authorization", own.ToString());
        if (context.Connection.RemoteIpAddress is { } from) headers.TryAddWithoutValidation("X-Forwarded-For", (from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from).ToString());
        headers.TryAddWithoutValidation("X-Forwarded-Proto", context.Request.Scheme);
        if (context.Request.Host.HasValue) headers.TryAddWithoutValidation("X-Forwarded-Host", context.Request.Host.Value);
        headers.TryAddWithoutValidation("X-Forwarded-Prefix", prefix);
        headers.TryAddWithoutValidation(Hops, (HopsOf(context.Request) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
