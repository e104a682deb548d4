using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>What a pool gives beyond its nodes' own room.</summary>
/// <param name="Extra">What its nodes have to give now, or have given.</param>
/// <param name="Spare">What leases hold that rest on such room; they are stopped first.</param>
/// <param name="SpareTasks">How many they are.</param>
/// <param name="MeasuredNodes">Nodes whose use is known.</param>
/// <param name="Stopped">How many of them were stopped before they had ended, since the pool began.</param>
public sealed record OvercommitJson(ResourceSet Extra, ResourceSet Spare, int SpareTasks, int MeasuredNodes, long Stopped)
{
    public static OvercommitJson? From(OvercommitView? view) =>
        view is null ? null : new(view.Extra, view.Spare, view.SpareTasks, view.MeasuredNodes, view.Stopped);
}
