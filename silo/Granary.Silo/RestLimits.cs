using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Granary.Silo;

/// <summary>What one client of REST may take of the server. Section <c>Http</c> of the configuration.</summary>
public sealed class RestLimits
{
    public const string Section = "Http";

    /// <summary>Open connections; further ones are closed at once. Default 16,384.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 16_384;

    /// <summary>How long the headers of a request may take to come. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HeadersWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle between requests. Default 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "24:00:00")]
    public TimeSpan IdleFor { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes a second, after a grace of 5 s, below which a client that sends a body or takes a reply is cut off. Default 240.</summary>
    [Range(1, 1_000_000)]
    public double SlowestBytesPerSecond { get; set; } = 240;

    /// <summary>Bytes of one client's large bodies (over 32 KiB) that are here and not answered; more are answered with 429 before they are read. A client is who shows one token from one address. Default 64 MiB.</summary>
    [Range(32 * 1024, long.MaxValue)]
    public long BodyBytesOfClient { get; set; } = 64L * 1024 * 1024;

    /// <summary>Bytes of all clients' large bodies; then those that have 256 KiB get no more. Default 256 MiB.</summary>
    [Range(32 * 1024, long.MaxValue)]
    public long BodyBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Open WebSockets to services; further ones are answered with 400. Default 4,096.</summary>
    [Range(0, 1_000_000)]
    public int MaxWebSockets { get; set; } = 4_096;

    internal void Apply(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxConcurrentUpgradedConnections = MaxWebSockets;
        limits.RequestHeadersTimeout = HeadersWithin;
        limits.KeepAliveTimeout = IdleFor;
        limits.MinRequestBodyDataRate = new(SlowestBytesPerSecond, TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new(SlowestBytesPerSecond, TimeSpan.FromSeconds(5));
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
    }
}
