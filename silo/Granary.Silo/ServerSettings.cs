using System.ComponentModel.DataAnnotations;

namespace Granary.Silo;

/// <summary>Where the server keeps its data and where it listens. Section <c>Server</c> of the configuration.</summary>
public sealed class ServerSettings
{
    public const string Section = "Server";

    /// <summary>Data directory; default <c>$XDG_STATE_HOME/granary</c>, for root <c>/var/lib/granary</c>.</summary>
    [Required]
    public string Data { get; set; } = "";

    /// <summary>Address of the gateway and of REST. Beyond loopback every call needs the token. Default 127.0.0.1.</summary>
    [Required]
    public string Listen { get; set; } = "127.0.0.1";

    /// <summary>Port that clients and node agents connect to; 0 takes a free one. Default 7411.</summary>
    [Range(0, 65535)]
    public int GatewayPort { get; set; } = 7411;

    /// <summary>Port of REST, metrics and health; 0 takes a free one. Default 7410.</summary>
    [Range(0, 65535)]
    public int HttpPort { get; set; } = 7410;

    /// <summary>Port of the same as HttpPort for HTTP/2 without TLS, with prior knowledge; 0 takes a free one. With TLS HttpPort speaks both. Default none.</summary>
    [Range(0, 65535)]
    public int? Http2Port { get; set; }

    /// <summary>Whether this machine is a node too. Default true.</summary>
    public bool LocalNode { get; set; } = true;

    /// <summary>How long a stop may take before it is forced. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Assemblies with scores, filters and orderings of one's own, parted by <c>;</c>, relative to the data directory; beside them every .dll in its <c>plugins/</c>. Default none.</summary>
    public string Plugins { get; set; } = "";

    /// <summary>Least severe log line: Trace, Debug, Information, Warning, Error. Default Information.</summary>
    public string LogLevel { get; set; } = "Information";
}
