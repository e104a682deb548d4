namespace Granary.Scheduling.Placement.Gpu;

/// <summary>
/// What a device is expected to have idle in the end: so many shares, drawn from the workload, are offered to it one after the other, and it takes
/// each that fits. <c>L(0, f) = f; L(k, f) = sum over shares m of p(m) * (m fits in f ? L(k - 1, f - m) : L(k - 1, f))</c>.
/// </summary>
/// <remarks>
/// Fragmentation asks whether the next request could use what is left. This asks what is left after many: 530 free are worth more than 190 where
/// shares of 470 are common, though both hold the most frequent share.
/// </remarks>
public sealed class ExpectedLeftover
{
    /// <summary>How many shares are offered. More would count on rare small ones to fill every hole.</summary>
    public const int DefaultOffers = 25;

    private readonly double[] _left = new double[GpuRequest.WholeGpu + 1];

    /// <param name="offers">At least 0.</param>
    public ExpectedLeftover(GpuWorkload workload, int offers = DefaultOffers)
    {
        var shares = workload.Parts.Where(p => p.Request.IsShare).ToArray();
        var all = shares.Sum(p => p.Share);
        for (var free = 0; free < _left.Length; free++) _left[free] = free;
        if (all <= 0) return;
        var before = new double[_left.Length];
        for (var offer = 0; offer < offers; offer++)
        {
            _left.CopyTo(before, 0);
            for (var free = 0; free < _left.Length; free++)
            {
                double sum = 0;
                foreach (var (request, share) in shares) sum += share * before[free >= request.MilliPerGpu ? free - request.MilliPerGpu : free];
                _left[free] = sum / all;
            }
        }
    }

    /// <summary>Thousandths of a device that has <paramref name="free"/> of them now, 0 to 1000.</summary>
    public double Of(int free) => _left[free];
}
