using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>How a node (key: its name), or what runs on it, fares: use, bottlenecks, predictions. Made of its telemetry; changes and holds nothing.</summary>
[Alias("Granary.IReportGrain")]
public interface IReportGrain : IGrainWithStringKey
{
    /// <param name="tasks">Ids of tasks on the node; none for the node itself.</param>
    /// <returns>A <see cref="Json.UseReportJson"/> each, as <see cref="Json.UseReportJson.Encode"/> writes them.</returns>
    /// <exception cref="GranaryException">Unavailable: the node's agent has told nothing.</exception>
    [Alias("Report"), AlwaysInterleave]
    Task<byte[]> Report(IReadOnlyList<string> tasks);
}
