using System.ComponentModel.DataAnnotations;

namespace Granary.Silo;

/// <summary>What clients of the gateway may take of the server. Section <c>Gateway</c> of the configuration.</summary>
/// <remarks>
/// Orleans' gateway reads its connections itself. There the bounds on connections, on presenting oneself and on a message hold, and <see cref="MaxRequests"/> bounds the calls that wait
/// for one grain, beyond which they are refused, to be made again. Large calls take turns before they are decoded; what concerns the bytes of one connection and what a client does not take has no effect.
/// </remarks>
public sealed class GatewayLimits
{
    public const string Section = "Gateway";

    /// <summary>Open connections; further ones are closed at once. Default 16,384.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 16_384;

    /// <summary>Connections that have not presented themselves yet; beyond it the one that has taken longest is closed. Default 512.</summary>
    [Range(1, 1_000_000)]
    public int MaxHandshakes { get; set; } = 512;

    /// <summary>How long a new connection may take to present itself. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan PresentWithin { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of the longest message; who sends a longer one is cut off. Default 16 MiB.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int MaxMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Calls under way on all connections together; then connections with more than 16 of them are not read until some of theirs have ended. Default 262,144.</summary>
    [Range(1, 100_000_000)]
    public int MaxRequests { get; set; } = 262_144;

    /// <summary>Calls of one connection that may be under way; more wait unread in the socket. Default 65,536.</summary>
    [Range(1, 100_000_000)]
    public int MaxRequestsPerConnection { get; set; } = 65_536;

    /// <summary>Bytes of such calls. Default 64 MiB.</summary>
    [Range(64 * 1024, long.MaxValue)]
    public long MaxRequestBytesPerConnection { get; set; } = 64L * 1024 * 1024;

    /// <summary>Bytes of large calls under way at once, of all connections together; more take turns. 0 for no bound. Default 64 KiB.</summary>
    [Range(0, int.MaxValue)]
    public int LargeRequestBytes { get; set; } = 64 * 1024;

    /// <summary>Of the server's time, what batches may have while connections that send none are served; 1 for all of it. Default 0.15.</summary>
    [Range(0.01, 1.0)]
    public double LargeRequestShare { get; set; } = 0.15;

    /// <summary>Bytes that may wait for a client that does not take them; beyond it the client is cut off. Default 64 MiB.</summary>
    [Range(64 * 1024, int.MaxValue)]
    public int MaxUnsentBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>A client that takes nothing of what is sent to it for this long (at most twice) is cut off. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "24:00:00")]
    public TimeSpan TakeWithin { get; set; } = TimeSpan.FromSeconds(30);
}
