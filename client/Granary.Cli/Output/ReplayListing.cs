using System.Globalization;
using Granary.Simulation.Replay;

namespace Granary.Cli.Output;

/// <summary>Replays side by side.</summary>
internal static class ReplayListing
{
    public static Listing<ReplayReport> All { get; } = new(
        [
            new("POLICY", r => r.Policy),
            new("JOBS", r => Count(r.Jobs)),
            new("FINISHED", r => Count(r.Finished)),
            new("REJECTED", r => Count(r.Rejected), Tone: r => r.Rejected > 0 ? Tone.Warn : Tone.Plain),
            new("WAIT", r => Span(r.MeanWaitS)),
            new("P95-WAIT", r => r.P95WaitS is { } s ? Span(s) : ""),
            new("MAX-WAIT", r => r.MaxWaitS is { } s ? Span(s) : "", Wide: true),
            new("RESPONSE", r => Span(r.MeanResponseS)),
            new("SLOWDOWN", r => r.MeanBoundedSlowdown.ToString("N2", CultureInfo.InvariantCulture)),
            new("UTIL", r => r.Utilization.ToString("P1", CultureInfo.InvariantCulture)),
            new("GPU", r => r.GpuAllocationRatio?.ToString("P2", CultureInfo.InvariantCulture) ?? ""),
            new("MAKESPAN", r => Span(r.MakespanS)),
            new("DECISIONS/S", r => r.DecisionsPerS.ToString("N0", CultureInfo.InvariantCulture)),
            new("MEMORY", r => r.PeakMemoryMib.ToString("N0", CultureInfo.InvariantCulture) + "Mi", Wide: true),
            new("DIGEST", r => r.Digest, Wide: true),
            new("TOOK", r => Span(r.WallS)),
        ],
        ReplayJson.Write,
        r => r.Policy,
        "no replays");

    private static string Count(int n) => n.ToString(CultureInfo.InvariantCulture);

    internal static string Span(double seconds) => seconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0}ms"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#}s"),
        < 2 * 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.#}m"),
        < 2 * 86400 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400:0.#}d"),
    };
}
