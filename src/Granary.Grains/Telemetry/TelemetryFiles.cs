using Granary.Telemetry;

namespace Granary.Grains.Telemetry;

/// <summary>Where the series of nodes are kept.</summary>
/// <param name="directory">A directory of the server; null keeps them in memory, as for tests.</param>
public sealed class TelemetryFiles(string? directory)
{
    /// <param name="node">A valid name, so it is one file name.</param>
    public ISeriesFiles Of(string node) => directory is null ? new MemorySeriesFiles() : new DiskSeriesFiles(Path.Combine(directory, node));

    /// <param name="pool">A valid name. No node can be named as the folder that these are in.</param>
    public ISeriesFiles OfPool(string pool) => directory is null ? new MemorySeriesFiles() : new DiskSeriesFiles(Path.Combine(directory, "~pools", pool));
}
