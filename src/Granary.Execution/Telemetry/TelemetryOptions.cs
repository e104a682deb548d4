using System.ComponentModel.DataAnnotations;

namespace Granary.Execution.Telemetry;

/// <summary>What an agent samples, and how often it tells. Section <c>Telemetry</c> of the configuration.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>Sample this machine and its tasks. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How often. Default 1 s; series have no finer resolution.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often what was sampled is sent. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan PublishEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Ticks kept while the server does not answer; older ones are dropped. Default 300.</summary>
    [Range(1, 3600)]
    public int TicksKept { get; set; } = 300;

    /// <summary>Tasks beyond this many at once have no series of their own. Default 256.</summary>
    [Range(0, 10_000)]
    public int MostTasks { get; set; } = 256;

    /// <summary>Where spans and instruments go.</summary>
    public OtlpOptions Otlp { get; } = new();
}
