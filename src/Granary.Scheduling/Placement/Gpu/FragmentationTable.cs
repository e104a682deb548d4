namespace Granary.Scheduling.Placement.Gpu;

/// <summary>The sums that <see cref="Fragmentation"/> takes beforehand, for nodes of one GPU model.</summary>
public sealed class FragmentationTable
{
    private const int WholeColumns = GpuNodes.MaxGpus + 1;

    private readonly int[] _cpu;
    private readonly byte[] _columnOf = new byte[GpuRequest.WholeGpu + 1];
    private readonly int _columns;
    private readonly double[] _one;
    private readonly double[] _whole;

    internal FragmentationTable(GpuWorkload workload, ulong model)
    {
        var parts = workload.Parts.Where(p => !p.Request.IsCpuOnly && (p.Request.Models == 0 || (p.Request.Models & model) != 0)).ToArray();
        _cpu = [.. parts.Select(p => p.Request.CpuMilli).Distinct().Order()];
        var milli = Thresholds(parts);
        _columns = milli.Length + 1;
        for (var free = 0; free <= GpuRequest.WholeGpu; free++) _columnOf[free] = (byte)milli.Count(m => m <= free);
        _one = new double[(_cpu.Length + 1) * _columns];
        _whole = new double[(_cpu.Length + 1) * WholeColumns];
        for (var row = 1; row <= _cpu.Length; row++)
        {
            foreach (var (request, share) in parts)
            {
                if (request.CpuMilli > _cpu[row - 1]) continue;
                if (request.Gpus == 1)
                    for (var column = _columnOf[request.MilliPerGpu]; column < _columns; column++) _one[(row * _columns) + column] += share;
                else
                    for (var whole = request.Gpus; whole < WholeColumns; whole++) _whole[(row * WholeColumns) + whole] += share;
            }
        }
    }

    /// <summary>The fragmentation of a node, thousandths of a device.</summary>
    /// <param name="cpu">Its free CPU, milli.</param>
    /// <param name="free">What each of its devices has free, thousandths.</param>
    public double Of(int cpu, ReadOnlySpan<ushort> free)
    {
        var row = Row(cpu);
        int total = 0, whole = 0;
        double usable = 0;
        foreach (var device in free)
        {
            total += device;
            if (device == GpuRequest.WholeGpu) whole++;
            usable += device * One(row, device);
        }
        return total - usable - Whole(row, whole);
    }

    /// <summary>How much the fragmentation falls (below 0: rises) when the node takes the request, on the devices that make it fall most.</summary>
    /// <param name="cpu">Free CPU of the node, milli, at least what is asked.</param>
    /// <param name="free">What each of its devices has free; they hold the request.</param>
    /// <param name="devices">The devices to take, a bit each.</param>
    public double Gain(int cpu, ReadOnlySpan<ushort> free, in GpuRequest request, out uint devices)
    {
        var before = Of(cpu, free);
        var row = Row(cpu - request.CpuMilli);
        if (!request.IsShare)
        {
            devices = DeviceChoice.BestFit(free, request);
            return before - After(row, free, devices);
        }
        int total = 0, whole = 0;
        double usable = 0;
        foreach (var device in free)
        {
            total += device;
            if (device == GpuRequest.WholeGpu) whole++;
            usable += device * One(row, device);
        }
        devices = 0;
        var best = double.NegativeInfinity;
        var asked = request.MilliPerGpu;
        for (var i = 0; i < free.Length; i++)
        {
            int had = free[i], has = had - asked;
            if (has < 0) continue;
            var wholeLeft = had == GpuRequest.WholeGpu ? whole - 1 : whole;
            var after = total - asked - (usable - (had * One(row, had)) + (has * One(row, has))) - Whole(row, wholeLeft);
            if (before - after <= best) continue;
            best = before - after;
            devices = 1u << i;
        }
        return best;
    }

    private double After(int row, ReadOnlySpan<ushort> free, uint taken)
    {
        int total = 0, whole = 0;
        double usable = 0;
        for (var i = 0; i < free.Length; i++)
        {
            if ((taken >> i & 1) != 0) continue;
            total += free[i];
            if (free[i] == GpuRequest.WholeGpu) whole++;
            usable += free[i] * One(row, free[i]);
        }
        return total - usable - Whole(row, whole);
    }

    private double One(int row, int free) => _one[(row * _columns) + _columnOf[free]];

    private double Whole(int row, int whole) => GpuRequest.WholeGpu * whole * _whole[(row * WholeColumns) + whole];

    /// <summary>How many of the workload's CPU requests the free CPU holds: the row of both tables.</summary>
    private int Row(int cpu)
    {
        int low = 0, high = _cpu.Length;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (_cpu[middle] <= cpu) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>The different shares of one device, at most 254: beyond that neighbours are counted as the larger of them.</summary>
    private static int[] Thresholds(WorkloadPart[] parts)
    {
        int[] all = [.. parts.Where(p => p.Request.Gpus == 1).Select(p => p.Request.MilliPerGpu).Distinct().Order()];
        const int Most = byte.MaxValue - 1;
        if (all.Length <= Most) return all;
        return [.. Enumerable.Range(1, Most).Select(i => all[(i * all.Length / Most) - 1])];
    }
}
