using System.Numerics;
using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Devices;

/// <summary>Which devices of its node a lease holds: those held wholly in the lower sixteen bits, the one held in part in the upper.</summary>
internal readonly record struct DeviceShare(uint Bits)
{
    public const int PartShift = 16;

    private const uint Mask = 0xFFFF;

    /// <summary>No device.</summary>
    public static DeviceShare None => default;

    public bool IsNone => Bits == 0;

    /// <summary>What a lease of so much holds of one device, thousandths.</summary>
    public int MilliOn(int device, int milli) =>
        (Bits >> device & 1) != 0 ? GpuRequest.WholeGpu : (Bits >> (device + PartShift) & 1) != 0 ? milli % GpuRequest.WholeGpu : 0;

    /// <summary>The devices' numbers, smallest first; null for none.</summary>
    public IReadOnlyList<int>? ToList()
    {
        if (IsNone) return null;
        var all = (Bits | Bits >> PartShift) & Mask;
        var list = new int[BitOperations.PopCount(all)];
        for (var i = 0; all != 0; all &= all - 1) list[i++] = BitOperations.TrailingZeroCount(all);
        return list;
    }
}
