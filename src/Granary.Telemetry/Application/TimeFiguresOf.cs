using Granary.Model;

namespace Granary.Telemetry;

public static class TimeFiguresOf
{
    extension(TimeFigures)
    {
        /// <summary>A histogram's figures.</summary>
        public static TimeFigures Of(LogLinearHistogram times) => new(
            times.Count, times.Sum, times.Percentile(0.5), times.Percentile(0.9), times.Percentile(0.95), times.Percentile(0.99), times.Max,
            [.. TimeFigures.BucketExponents.Select(times.CountBelowPowerOfTwo)]);
    }
}
