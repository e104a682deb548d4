using System.ComponentModel.DataAnnotations;
using Granary.Execution.Http;
using Granary.Model;

namespace Granary.Proxy;

/// <summary>What the server passes on to agents' services. Section <c>Proxy</c> of the configuration.</summary>
public sealed class ProxyOptions
{
    public const string Section = "Proxy";

    /// <summary>Pass requests to <c>/services/NAME/...</c> on. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Where backends may be: loopback, any, names like *.example.org:443 and networks like 10.0.0.0/8, parted by ';'. Default loopback. Never the server's own ports.</summary>
    public string Hosts { get; set; } = HttpHosts.Default;

    /// <summary>The zone this server is in: backends there are preferred. Default none.</summary>
    public string Zone { get; set; } = "";

    /// <summary>Requests of all services that are under way, WebSockets among them; further ones are answered with 503. Default 8,192.</summary>
    [Range(1, 1_000_000)]
    public int MaxRequests { get; set; } = 8_192;

    /// <summary>...and of one service. Default 2,048.</summary>
    [Range(1, 1_000_000)]
    public int MaxRequestsPerService { get; set; } = 2_048;

    /// <summary>The largest body that a service may be set to take, bytes. Default 1 GiB.</summary>
    [Range(0, long.MaxValue)]
    public long MaxBodyBytes { get; set; } = 1L << 30;

    /// <summary>Headers of a backend's answer, KiB; larger ones are an error of the backend. Default 32.</summary>
    [Range(1, 1024)]
    public int MaxAnswerHeadersKiB { get; set; } = 32;

    /// <summary>How long opening a connection to a backend may take. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Probes of one service at the same time. Default 8.</summary>
    [Range(1, 1_000)]
    public int ProbesAtOnce { get; set; } = 8;

    /// <summary>Services that have metrics of their own, those that came first; the rest is summed under <c>service="_other"</c>. Default 200.</summary>
    [Range(0, 100_000)]
    public int MetricServices { get; set; } = 200;

    /// <summary>Services of all agents. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxServices { get; set; } = 1_000;

    /// <exception cref="GranaryException">Invalid: what is wrong with the settings, in one line.</exception>
    public HttpHosts ParsedHosts() => HttpHosts.Parse(Hosts, $"{Section}:{nameof(Hosts)}")
        ?? throw GranaryException.Invalid($"{Section}:{nameof(Hosts)} leaves no place for backends; to have no services set {Section}:{nameof(Enabled)}=false");
}
