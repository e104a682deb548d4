namespace Granary.Simulation.Workloads.Generators;

/// <summary>
/// Sizes and run times of rigid jobs. Source: Lublin and Feitelson, "The workload on parallel supercomputers: modeling the characteristics of rigid jobs",
/// 2003; the model without job types.
/// </summary>
internal sealed class LublinModel(int processors)
{
    private const double SerialProbability = 0.244;
    private const double PowerOfTwoProbability = 0.576;
    private const double LowSize = 0.8;
    private const double MiddleBelowHigh = 2.5;
    private const double LowStageProbability = 0.86;

    /// <summary>Run times are e to the power of one of two gammas; the larger the job, the more likely the longer one.</summary>
    private const double ShortShape = 4.2;
    private const double ShortScale = 0.94;
    private const double LongShape = 312;
    private const double LongScale = 0.03;
    private const double ShortSlope = -0.0054;
    private const double ShortIntercept = 0.78;

    /// <summary>No job runs longer than e to this power, 45 hours.</summary>
    private const double LongestLog = 12;

    private readonly double _highSize = Math.Log2(processors);

    /// <summary>Two-stage uniform in the logarithm, with more serial jobs and powers of two than that gives.</summary>
    public int Size(Random random)
    {
        var kind = random.NextDouble();
        if (processors == 1 || kind < SerialProbability) return 1;
        var middle = Math.Max(LowSize, _highSize - MiddleBelowHigh);
        var low = random.NextDouble() < LowStageProbability;
        var (from, to) = low ? (LowSize, middle) : (middle, _highSize);
        var log = Math.Min(_highSize, from + random.NextDouble() * (to - from));
        var size = kind < SerialProbability + PowerOfTwoProbability ? Math.Pow(2, Math.Round(log)) : Math.Round(Math.Pow(2, log));
        return Math.Clamp((int)size, 1, processors);
    }

    /// <summary>Whole seconds, at least 1.</summary>
    public double RunTime(Random random, int size)
    {
        var shorter = random.NextDouble() < Math.Clamp(ShortSlope * size + ShortIntercept, 0, 1);
        var log = shorter ? Draw.Gamma(random, ShortShape, ShortScale) : Draw.Gamma(random, LongShape, LongScale);
        return Math.Max(1, Math.Floor(Math.Exp(Math.Min(log, LongestLog))));
    }
}
