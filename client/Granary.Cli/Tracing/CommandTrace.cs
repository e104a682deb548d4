using System.Diagnostics;
using Granary.Abstractions.Diagnostics;
using Granary.Execution.Processes;
using Granary.Silo.Configuration;
using Granary.Silo.Tracing;
using Microsoft.Extensions.Configuration;

namespace Granary.Cli.Tracing;

/// <summary>
/// A command as a span, exported where <c>GRANARY__Telemetry__Otlp__Endpoint</c> is set. One that runs in a task, or in anything else that sets <c>TRACEPARENT</c>,
/// goes on with that trace, so that what it submits belongs to it even where nothing is exported.
/// </summary>
internal sealed class CommandTrace : IDisposable
{
    // these are servers, and export by the settings of their data directory
    private static readonly string[] Servers = ["up", "node"];

    private readonly OtlpExport? _export;
    private readonly Activity? _span;

    private CommandTrace(OtlpExport? export, Activity? span) => (_export, _span) = (export, span);

    /// <summary>Null where there is neither a collector nor a trace to go on with.</summary>
    public static CommandTrace? Begin(string[] args, Func<string, string?> environment)
    {
        if (args.Length == 0 || Servers.Contains(args[0], StringComparer.Ordinal)) return null;
        var parent = environment(LaunchEnvironment.TraceVariable);
        var known = ActivityContext.TryParse(parent, null, isRemote: true, out var context);
        if (string.IsNullOrEmpty(environment("GRANARY__Telemetry__Otlp__Endpoint")))
            return known ? new(null, new Activity("granary").SetParentId(parent!).Start()) : null;
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables(GranaryConfiguration.EnvironmentPrefix).Build();
        var export = OtlpExport.Start(configuration, "granary-cli", "", metrics: false);
        return new(export, GranaryDiagnostics.Source.StartActivity($"granary {args[0]}", ActivityKind.Internal, known ? context : default));
    }

    public void Exited(int code) => _span?.SetTag("process.exit.code", code);

    public void Dispose()
    {
        _span?.Dispose();
        _export?.Dispose();
    }
}
