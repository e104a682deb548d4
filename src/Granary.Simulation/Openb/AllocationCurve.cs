using Granary.Scheduling.Placement.Gpu;

namespace Granary.Simulation.Openb;

/// <summary>What one shuffle of the <see cref="AllocationExperiment"/> came to.</summary>
public sealed class AllocationCurve
{
    private readonly long _capacity;
    private readonly double[] _sum;
    private readonly int[] _count;
    private long _asked;
    private ulong _digest = 14695981039346656037;

    internal AllocationCurve(long capacityMilli, double mostLoad)
    {
        _capacity = Math.Max(1, capacityMilli);
        var bins = (int)Math.Ceiling(mostLoad * 100) + 2;
        _sum = new double[bins];
        _count = new int[bins];
    }

    public int Arrived { get; private set; }

    public int Placed { get; private set; }

    /// <summary>Allocated over all GPUs when all had arrived, 0 to 1.</summary>
    public double Final { get; private set; }

    /// <summary>A digest of every ratio: equal seeds give equal digests.</summary>
    public ulong Digest => _digest;

    /// <summary>Allocated over all GPUs, 0 to 1, when what was asked so far rounds to <paramref name="load"/> of them; null when it never did.</summary>
    public double? At(double load)
    {
        var bin = (int)Math.Round(load * 100, MidpointRounding.ToEven);
        return bin >= 0 && bin < _sum.Length && _count[bin] > 0 ? _sum[bin] / _count[bin] : null;
    }

    internal void Add(in GpuRequest request, bool placed, long usedMilli)
    {
        Arrived++;
        if (placed) Placed++;
        _asked += request.TotalMilli;
        Final = (double)usedMilli / _capacity;
        _digest = (_digest ^ (ulong)usedMilli) * 1099511628211;
        var bin = (int)Math.Round(100.0 * _asked / _capacity, MidpointRounding.ToEven);
        if (bin >= _sum.Length) return;
        _sum[bin] += Final;
        _count[bin]++;
    }
}
