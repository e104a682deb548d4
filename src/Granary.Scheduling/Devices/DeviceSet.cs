using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Devices;

/// <summary>
/// One node's GPUs, one by one. A request of less than a device takes part of one; whole devices are taken wholly; of 1.5 devices one is taken
/// wholly and half of another. Which devices a request takes follows from what is free alone: the first that are wholly free, and for a part the
/// tightest that holds it. So a replayed journal gives the same devices.
/// </summary>
internal sealed class DeviceSet
{
    /// <summary>More devices than that on one node are counted in sum, as if any part could be put together with any other.</summary>
    public const int Most = GpuNodes.MaxGpus;

    /// <summary>The lane of a resource vector that counts thousandths of GPUs.</summary>
    public const int Lane = 2;

    private readonly ushort[] _held = new ushort[Most];
    private readonly ushort[] _free = new ushort[Most];
    private int _last = GpuRequest.WholeGpu;

    /// <param name="demand">What the pool's tasks ask.</param>
    /// <param name="memoryMiB">Of all devices together; 0 for not known.</param>
    public DeviceSet(int capacityMilli, GpuDemand demand, int memoryMiB = 0)
    {
        Demand = demand;
        demand.Watched = true;
        Resize(capacityMilli, memoryMiB);
    }

    public GpuDemand Demand { get; }

    /// <summary>Their memory.</summary>
    public DeviceMemory Memory { get; } = new();

    /// <summary>How many devices there are.</summary>
    public int Count { get; private set; }

    /// <summary>What each device has free, thousandths.</summary>
    public ReadOnlySpan<ushort> Free => _free.AsSpan(0, Count);

    /// <summary>
    /// The largest request that fits, and every smaller one fits too: a device's worth for each that is wholly free, and the most that is free on
    /// one that is in use. Comparing a request with this is the same as looking for its devices.
    /// </summary>
    public int Placeable
    {
        get
        {
            int whole = 0, part = 0;
            foreach (var free in Free)
            {
                if (free == GpuRequest.WholeGpu) whole++;
                else part = Math.Max(part, free);
            }
            return (whole * GpuRequest.WholeGpu) + part;
        }
    }

    /// <summary>True when a node of such a capacity (thousandths) has its devices counted one by one.</summary>
    public static bool Counts(int capacityMilli) => capacityMilli is > 0 and <= Most * GpuRequest.WholeGpu;

    /// <summary>Sets how much there is; a rest of less than a device is one device of that size. What is held stays held.</summary>
    public void Resize(int capacityMilli, int memoryMiB = 0)
    {
        Count = (capacityMilli + GpuRequest.WholeGpu - 1) / GpuRequest.WholeGpu;
        Memory.Resize(memoryMiB, Count);
        _last = capacityMilli - ((Count - 1) * GpuRequest.WholeGpu);
        for (var device = 0; device < Count; device++) Refresh(device);
    }

    /// <summary>
    /// Takes room for a request, thousandths; <see cref="DeviceShare.None"/> when there is none. Where no device has its memory too, it takes one without: it waits on the node
    /// (a gang, or what was promised the room, may come so far).
    /// </summary>
    public DeviceShare Take(int milli, int memoryMiB = 0)
    {
        var share = Choose(milli, memoryMiB);
        if (share.IsNone) share = Choose(Free, milli);
        Hold(share, milli, memoryMiB, 1);
        return share;
    }

    /// <summary>Whether a request finds devices with room and memory.</summary>
    public bool Holds(int milli, int memoryMiB) => milli == 0 || Memory.OfEach == 0 || (Memory.CouldHold(milli, memoryMiB) && !Choose(milli, memoryMiB).IsNone);

    /// <summary>Takes just these devices: what a snapshot says.</summary>
    public void Restore(DeviceShare share, int milli, int memoryMiB = 0) => Hold(share, milli, memoryMiB, 1);

    public void Release(DeviceShare share, int milli, int memoryMiB = 0) => Hold(share, milli, memoryMiB, -1);

    /// <summary>Nothing is held any more.</summary>
    public void Clear()
    {
        Array.Clear(_held);
        Memory.Clear();
        for (var device = 0; device < Count; device++) Refresh(device);
    }

    /// <summary>How many requests of so much fit beside each other, at most <paramref name="most"/>.</summary>
    public int CountOf(int milli, int most)
    {
        Span<ushort> free = stackalloc ushort[Count];
        Free.CopyTo(free);
        for (var fitted = 0; fitted < most; fitted++)
            if (!TakeFrom(free, milli)) return fitted;
        return most;
    }

    /// <summary>How many of a request would fit beside each other were these leases gone, at most <paramref name="most"/>.</summary>
    public int CountOf(int milli, int most, IEnumerable<(DeviceShare Share, int Milli)> gone)
    {
        Span<ushort> free = stackalloc ushort[Count];
        Free.CopyTo(free);
        foreach (var (share, held) in gone)
            for (var device = 0; device < Count; device++) free[device] = (ushort)Math.Min(SizeOf(device), free[device] + share.MilliOn(device, held));
        for (var fitted = 0; fitted < most; fitted++)
            if (!TakeFrom(free, milli)) return fitted;
        return most;
    }

    /// <summary>Adds to a copy of <see cref="Free"/> what a lease holds, as if it were gone.</summary>
    public void Return(Span<ushort> free, DeviceShare share, int milli)
    {
        for (var device = 0; device < Count; device++) free[device] = (ushort)Math.Min(SizeOf(device), free[device] + share.MilliOn(device, milli));
    }

    /// <summary>Takes a request from what is free; false, with nothing changed, when it does not fit.</summary>
    public static bool TakeFrom(Span<ushort> free, int milli)
    {
        var share = Choose(free, milli);
        if (share.IsNone) return milli == 0;
        for (var device = 0; device < free.Length; device++) free[device] -= (ushort)share.MilliOn(device, milli);
        return true;
    }

    /// <summary>The devices that a request takes, <see cref="DeviceShare.None"/> when it does not fit.</summary>
    public static DeviceShare Choose(ReadOnlySpan<ushort> free, int milli) => Choose(free, free, milli);

    private DeviceShare Choose(int milli, int memoryMiB)
    {
        if (Memory.OfEach == 0 || milli % GpuRequest.WholeGpu == 0) return Choose(Free, milli);
        Span<ushort> left = stackalloc ushort[Count];
        Memory.Among(Free, Memory.Needed(milli, memoryMiB), left);
        return Choose(Free, left, milli);
    }

    /// <param name="forPart">The same of those devices alone that the part may be on.</param>
    private static DeviceShare Choose(ReadOnlySpan<ushort> free, ReadOnlySpan<ushort> forPart, int milli)
    {
        var (wholes, part) = (milli / GpuRequest.WholeGpu, milli % GpuRequest.WholeGpu);
        if (wholes > free.Length) return DeviceShare.None;
        // The part first: it goes to a device in use where one holds it, and the wholes do not care which they get.
        var of = part == 0 ? 0 : DeviceChoice.Tightest(forPart, part);
        if (part > 0 && of == 0) return DeviceShare.None;
        var taken = 0u;
        for (var device = 0; device < free.Length && wholes > 0; device++)
        {
            if (free[device] != GpuRequest.WholeGpu || (of >> device & 1) != 0) continue;
            taken |= 1u << device;
            wholes--;
        }
        return wholes == 0 ? new DeviceShare(taken | of << DeviceShare.PartShift) : DeviceShare.None;
    }

    private void Hold(DeviceShare share, int milli, int memoryMiB, int sign)
    {
        Memory.Hold(share, milli, memoryMiB, sign);
        for (var device = 0; device < Most; device++)
        {
            if (share.MilliOn(device, milli) is not (> 0 and var part)) continue;
            _held[device] = (ushort)(_held[device] + (sign * part));
            if (device < Count) Refresh(device);
        }
    }

    private int SizeOf(int device) => device == Count - 1 ? _last : GpuRequest.WholeGpu;

    private void Refresh(int device) => _free[device] = (ushort)Math.Max(0, SizeOf(device) - _held[device]);
}
