using System.IO.Hashing;
using System.Runtime.InteropServices;
using Granary.Balancing;
using Granary.Model;
using Granary.Proxy.Catalog;
using Microsoft.AspNetCore.Http;

namespace Granary.Proxy.Forwarding;

/// <summary>What the balancer is told of a request: its session and its class, as far as the service's algorithm makes use of them.</summary>
internal static class RequestKey
{
    /// <param name="context">The request.</param>
    /// <param name="service">Where it goes.</param>
    /// <param name="path">What follows the service's name in the path.</param>
    /// <param name="newSession">A session for a caller that has none and is to have one; null for none.</param>
    public static BalancingRequest Of(HttpContext context, ServiceRuntime service, PathString path, out string? newSession)
    {
        newSession = null;
        switch (service.Spec.Algorithm)
        {
            case ServiceAlgorithm.ConsistentHashing:
                return new BalancingRequest(Affinity: Session(context, service.Spec, out newSession));
            case ServiceAlgorithm.Learned or ServiceAlgorithm.LeastPredictedLoad:
                var kind = Class(context.Request, service.Spec, path);
                return new BalancingRequest(Class: kind, PredictedUs: service.Costs.Of(kind));
            default:
                return new BalancingRequest();
        }
    }

    /// <summary>A session that failed at one backend is tried at another place of the ring.</summary>
    public static BalancingRequest Elsewhere(in BalancingRequest request, int attempt) =>
        request with { Affinity = (request.Affinity + (ulong)attempt) * 0x9E3779B97F4A7C15 };

    private static ulong Session(HttpContext context, ServiceSpec spec, out string? newSession)
    {
        newSession = null;
        if (spec.AffinityHeader.Length > 0 && context.Request.Headers.TryGetValue(spec.AffinityHeader, out var header) && header.ToString() is { Length: > 0 } named) return Hash(named);
        if (spec.AffinityCookie.Length > 0)
        {
            if (context.Request.Cookies.TryGetValue(spec.AffinityCookie, out var cookie) && cookie is { Length: > 0 }) return Hash(cookie);
            newSession = Guid.NewGuid().ToString("N");
            return Hash(newSession);
        }
        return Hash(context.Connection.RemoteIpAddress?.ToString() ?? "");
    }

    private static int Class(HttpRequest request, ServiceSpec spec, PathString path)
    {
        if (spec.ClassHeader.Length > 0 && request.Headers.TryGetValue(spec.ClassHeader, out var header)) return Place(Hash(header.ToString()));
        var text = path.Value.AsSpan().TrimStart('/');
        var end = text.IndexOf('/');
        return Place(Hash(end < 0 ? text : text[..end]) + Hash(request.Method));
    }

    private static int Place(ulong hash) => (int)(hash % ClassCostEstimate.Classes);

    private static ulong Hash(ReadOnlySpan<char> text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text));
}
