using System.ComponentModel.DataAnnotations;
using System.Net;
using Granary.Model;

namespace Granary.Silo;

/// <summary>
/// How this server belongs to a cluster. Section <c>Cluster</c> of the configuration. Unless <see cref="Enabled"/> it is alone, and nothing
/// else here counts but the dashboard and the idle time. Only the Orleans host clusters.
/// </summary>
public sealed class ClusterSettings
{
    public const string Section = "Cluster";

    /// <summary>One of several servers on the PostgreSQL of section <c>Storage</c>, which then also holds who is in the cluster. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>Port where the other servers reach this one; 0 takes a free one. Default 7412.</summary>
    [Range(0, 65535)]
    public int SiloPort { get; set; } = 7412;

    /// <summary>IP address where the other servers reach this one. Default: <c>Server:Listen</c>, which must then be one address and not all.</summary>
    public string Advertise { get; set; } = "";

    /// <summary>How often servers ask each other for a sign of life, and how long they wait for it. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan ProbeEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>So many signs must be missed, as two others see it, before a server counts as dead and its pools start elsewhere. Default 3.</summary>
    [Range(2, 20)]
    public int ProbesMissed { get; set; } = 3;

    /// <summary>How long a grain that nobody calls stays in memory; pools and nodes with an agent stay. Default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:01:01", "24:00:00")]
    public TimeSpan CollectAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>What a stop is given after tasks have been drained, to hand over grains and to leave the cluster. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan LeaveWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Show Orleans' dashboard at <c>/orleans</c> of the HTTP port, to who has the token. Default false.</summary>
    public bool Dashboard { get; set; }

    /// <summary>The address that others are told.</summary>
    /// <exception cref="GranaryException">Invalid: it is no address, or none that others could reach.</exception>
    internal IPAddress AdvertisedAddress(IPAddress listen)
    {
        var address = Advertise.Length == 0 ? listen : IPAddress.TryParse(Advertise, out var given)
            ? given
            : throw GranaryException.Invalid($"Cluster:Advertise is '{Advertise}', which is no IP address; write the one where the other servers reach this one");
        return !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
            ? address
            : throw GranaryException.Invalid($"the server listens at every address ({address}), so the others of its cluster must be told one: set Cluster:Advertise");
    }
}
