using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Devices;

/// <summary>
/// Memory of one node's GPUs, one by one, MiB. A device that is held wholly is held with all of its memory; a share has what it asks for, or, when it asks for none, the part that it is of the
/// device's, just as the node's agent gives it. Devices of one node count as alike.
/// </summary>
internal sealed class DeviceMemory
{
    /// <summary>The lane of a resource vector that counts memory of GPUs.</summary>
    public const int Lane = 3;

    private readonly int[] _held = new int[DeviceSet.Most];

    /// <summary>Of one device; 0 where the node does not say, and then nothing is counted.</summary>
    public int OfEach { get; private set; }

    public void Resize(int memoryMiB, int devices) => OfEach = devices == 0 ? 0 : memoryMiB / devices;

    /// <summary>What a request takes of each device that it is on in part.</summary>
    public int Needed(int milli, int memoryMiB)
    {
        var (wholes, part) = (milli / GpuRequest.WholeGpu, milli % GpuRequest.WholeGpu);
        return part == 0 ? 0 : memoryMiB > 0 ? memoryMiB / (wholes + 1) : (int)((long)OfEach * part / GpuRequest.WholeGpu);
    }

    /// <summary>Whether devices that are empty would hold it.</summary>
    public bool CouldHold(int milli, int memoryMiB) => OfEach == 0 || milli == 0 || memoryMiB / ((milli + GpuRequest.WholeGpu - 1) / GpuRequest.WholeGpu) <= OfEach;

    /// <summary>What is free, thousandths, of those devices alone that have so much memory free too.</summary>
    public void Among(ReadOnlySpan<ushort> free, int needed, Span<ushort> left)
    {
        for (var device = 0; device < free.Length; device++) left[device] = OfEach - _held[device] >= needed ? free[device] : (ushort)0;
    }

    public void Hold(DeviceShare share, int milli, int memoryMiB, int sign)
    {
        if (share.IsNone) return;
        var needed = Needed(milli, memoryMiB);
        for (var device = 0; device < DeviceSet.Most; device++)
            if (share.MilliOn(device, milli) is > 0 and < GpuRequest.WholeGpu) _held[device] += sign * needed;
    }

    public void Clear() => Array.Clear(_held);
}
