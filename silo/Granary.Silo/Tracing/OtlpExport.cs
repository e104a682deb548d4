using System.Runtime.CompilerServices;
using Granary.Abstractions.Diagnostics;
using Granary.Execution.Telemetry;
using Granary.Model;
using Granary.Silo.Configuration;
using Microsoft.Extensions.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Granary.Silo.Tracing;

/// <summary>Sends the spans and instruments of this process to a collector, until it is disposed: then what waits is sent, for at most <see cref="FlushWithin"/>.</summary>
public sealed class OtlpExport : IDisposable
{
    /// <summary>The longest that a collector which does not answer holds up the end.</summary>
    public static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(3);

    private readonly TracerProvider _traces;
    private readonly MeterProvider? _metrics;

    private OtlpExport(TracerProvider traces, MeterProvider? metrics) => (_traces, _metrics) = (traces, metrics);

    /// <summary>Null where no endpoint is set.</summary>
    /// <param name="configuration">With section <see cref="OtlpOptions.Section"/>.</param>
    /// <param name="service">Like <c>granary-server</c>.</param>
    /// <param name="instance">Which one of these: a node's name, or empty.</param>
    /// <param name="metrics">Instruments too; a command's life is too short for them.</param>
    /// <exception cref="GranaryException">Invalid: the settings, by name.</exception>
    public static OtlpExport? Start(IConfiguration configuration, string service, string instance, bool metrics)
    {
        var options = configuration.Get<OtlpOptions>(OtlpOptions.Section);
        if (options.Endpoint.Length == 0) return null;
        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw GranaryException.Invalid($"{OtlpOptions.Section}:Endpoint is '{options.Endpoint}'; write where a collector listens, like http://127.0.0.1:4317");
        return To(endpoint, options, service, instance, metrics);
    }

    /// <summary>Never inlined: who sends nothing does not load OpenTelemetry.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OtlpExport To(Uri endpoint, OtlpOptions options, string service, string instance, bool metrics)
    {
        var resource = ResourceBuilder.CreateEmpty().AddService(service, serviceVersion: Version.Text,
            serviceInstanceId: instance.Length > 0 ? instance : $"{Environment.MachineName}:{Environment.ProcessId}");
        var traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(GranaryDiagnostics.Name, "Microsoft.AspNetCore", "Microsoft.Orleans.Application")
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.Sample)))
            .AddOtlpExporter(o =>
            {
                Configure(o, options, endpoint, "v1/traces");
                o.BatchExportProcessorOptions.ScheduledDelayMilliseconds = (int)options.SpansEvery.TotalMilliseconds;
            })
            .Build();
        var meters = !metrics ? null : Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(GranaryDiagnostics.Name, "Microsoft.Orleans")
            .AddOtlpExporter((o, reader) =>
            {
                Configure(o, options, endpoint, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricsEvery.TotalMilliseconds;
            })
            .Build();
        return new(traces, meters);
    }

    public void Dispose()
    {
        var limit = (int)FlushWithin.TotalMilliseconds;
        _traces.Shutdown(limit);
        _metrics?.Shutdown(limit);
        _traces.Dispose();
        _metrics?.Dispose();
    }

    private static void Configure(OtlpExporterOptions exporter, OtlpOptions options, Uri endpoint, string path)
    {
        var isHttp = options.Protocol == "http/protobuf";
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = isHttp ? new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path) : endpoint;
        exporter.TimeoutMilliseconds = (int)FlushWithin.TotalMilliseconds;
        if (options.Headers.Length > 0) exporter.Headers = options.Headers;
    }
}
