using Granary.Model;

namespace Granary.Telemetry;

/// <summary>A series over some time.</summary>
/// <param name="Start">Beginning of the first point.</param>
/// <param name="Step">From one point to the next.</param>
/// <param name="Resolution">Length of the points that these were made of.</param>
/// <param name="Quality">Of the newest value; absent when there is none.</param>
/// <param name="Points">In order of time, with a gap where nothing is known.</param>
public sealed record SeriesAnswer(DateTimeOffset Start, TimeSpan Step, TimeSpan Resolution, ReadingSource Quality, IReadOnlyList<SeriesPoint> Points);

/// <summary>How much a set of series may take.</summary>
public sealed record SeriesOptions
{
    /// <summary>Series beyond this many are dropped, and counted. Default 2,048: at 288 KiB of disk each, 576 MiB.</summary>
    public int MostSeries { get; init; } = 2048;

    public IReadOnlyList<Resolution> Resolutions { get; init; } = Resolution.Standard;
}
