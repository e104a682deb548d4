using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Granary.Execution.Telemetry;

/// <summary>Where spans and instruments go. Section <c>Telemetry:Otlp</c> of the configuration; off without an endpoint.</summary>
public sealed class OtlpOptions
{
    public const string Section = "Telemetry:Otlp";

    /// <summary>Of a collector, like <c>http://127.0.0.1:4317</c>. Default empty: nothing is exported and nothing listens.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary><c>grpc</c> or <c>http/protobuf</c>. Default grpc.</summary>
    [AllowedValues("grpc", "http/protobuf", ErrorMessage = "Telemetry:Otlp:Protocol is grpc or http/protobuf.")]
    public string Protocol { get; set; } = "grpc";

    /// <summary>For the collector, like <c>authorization=Bearer ...</c>; several with commas between. Default none.</summary>
    [PasswordPropertyText(true)]
    public string Headers { get; set; } = "";

    /// <summary>The part of new traces that is recorded, 0 to 1; one that came from elsewhere keeps what was decided there. Default 1.</summary>
    [Range(0.0, 1.0)]
    public double Sample { get; set; } = 1;

    /// <summary>How often instruments are sent. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MetricsEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long spans may wait for others to be sent with. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan SpansEvery { get; set; } = TimeSpan.FromSeconds(1);
}
