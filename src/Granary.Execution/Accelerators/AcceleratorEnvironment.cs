using System.Globalization;
using System.Text.Json;

namespace Granary.Execution.Accelerators;

/// <summary>What a task is told of its accelerators, in the variables that the vendors' libraries read and in one of ours that names them all.</summary>
internal static class AcceleratorEnvironment
{
    /// <summary>JSON: id, kind, model, vendor, number on the node, share in thousandths and memory limit of each.</summary>
    public const string All = "GRANARY_ACCELERATORS";

    /// <param name="bound">What the task holds.</param>
    /// <param name="own">The task's own variables, which win.</param>
    public static IReadOnlyDictionary<string, string> Merge(IReadOnlyList<BoundAccelerator> bound, IReadOnlyDictionary<string, string>? own)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [All] = JsonSerializer.Serialize(bound.Select(b => new
            {
                id = b.Offer.Id,
                kind = b.Offer.Kind,
                model = b.Offer.Model,
                vendor = b.Offer.Vendor,
                index = b.Index,
                share_milli = b.Milli,
                memory_mib = b.MemoryMiB,
            })),
        };
        if (Of("gpu", null) is { Length: > 0 } gpus) result["GRANARY_GPUS"] = Join(gpus, b => Number(b.Index));
        if (Of("gpu", "nvidia") is { Length: > 0 } nvidia)
        {
            result["CUDA_VISIBLE_DEVICES"] = result["NVIDIA_VISIBLE_DEVICES"] = Join(nvidia, b => b.Offer.Id);
            // kept to by the driver where NVIDIA's MPS daemon runs on the node
            if (nvidia is [{ Milli: < 1000 } share])
            {
                result["CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"] = Number(Math.Max(1, share.Milli / 10));
                if (share.MemoryMiB > 0) result["CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"] = $"0={Number(share.MemoryMiB)}M";
            }
        }
        if (Of("gpu", "amd") is { Length: > 0 } amd) result["ROCR_VISIBLE_DEVICES"] = Join(amd, b => Number(b.Index));
        if (Of("gpu", "intel") is { Length: > 0 } intel) result["ZE_AFFINITY_MASK"] = Join(intel, b => Number(b.Index));
        foreach (var (name, value) in own ?? new Dictionary<string, string>()) result[name] = value;
        return result;

        BoundAccelerator[] Of(string kind, string? vendor) => [.. bound.Where(b => b.Offer.Kind == kind && (vendor is null || b.Offer.Vendor == vendor)).OrderBy(b => b.Index)];
    }

    private static string Join(BoundAccelerator[] bound, Func<BoundAccelerator, string> text) => string.Join(',', bound.Select(text));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
