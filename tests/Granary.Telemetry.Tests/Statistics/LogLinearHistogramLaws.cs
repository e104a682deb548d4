using FsCheck;
using FsCheck.Fluent;

namespace Granary.Telemetry.Tests.Statistics;

public sealed class LogLinearHistogramLaws
{
    private static readonly double[] Fractions = [0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

    // values of every size: the exponent is drawn first
    private static readonly Arbitrary<long[]> Values = Gen.Choose(0, 61)
        .SelectMany(bits => ArbMap.Default.GeneratorFor<int>().Select(v => (1L << bits) / 1024 * ((uint)v % 1024) + ((uint)v & 7)))
        .NonEmptyListOf().Select(l => l.ToArray()).ToArbitrary();

    private static LogLinearHistogram Of(IEnumerable<long> values, int precision)
    {
        var histogram = new LogLinearHistogram(precision);
        foreach (var value in values) histogram.Add(value);
        return histogram;
    }

    private static string Bytes(LogLinearHistogram histogram)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        histogram.Write(writer);
        writer.Flush();
        return Convert.ToHexString(stream.ToArray());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public void Percentiles_are_never_below_those_of_a_sorted_array_and_above_by_less_than_the_error(int precision) => Prop.ForAll(Values, values =>
    {
        var histogram = Of(values, precision);
        var sorted = values.Order().ToArray();
        return histogram.Count == values.Length && histogram.Max == sorted[^1] && Fractions.All(fraction =>
        {
            var truth = sorted[Math.Max(0, (int)Math.Ceiling(fraction * sorted.Length) - 1)];
            var read = histogram.Percentile(fraction);
            return read >= truth && read - truth <= truth * histogram.RelativeError;
        });
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_add_up_to_what_one_would_have_been() => Prop.ForAll(Values, Values, (left, right) =>
    {
        var sum = Of(left, 5);
        sum.Add(Of(right, 5));
        var whole = Of([.. left, .. right], 5);
        return Fractions.All(f => sum.Percentile(f) == whole.Percentile(f)) && sum.Count == whole.Count && sum.Max == whole.Max
            && Math.Abs(sum.Sum - whole.Sum) <= 1e-9 * whole.Sum;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_written_is_read_again() => Prop.ForAll(Values, values =>
    {
        var histogram = Of(values, 5);
        using var reader = new BinaryReader(new MemoryStream(Convert.FromHexString(Bytes(histogram))));
        var read = LogLinearHistogram.Read(reader);
        read.Add(3);
        histogram.Add(3);
        return Bytes(read) == Bytes(histogram) && read.Count == histogram.Count;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Counts_below_powers_of_two_are_exact() => Prop.ForAll(Values, values =>
    {
        var histogram = Of(values, 4);
        return Enumerable.Range(0, 62).All(e => histogram.CountBelowPowerOfTwo(e) == values.Count(v => v < 1L << e));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(255)]
    [InlineData(long.MaxValue)]
    public void Small_values_and_the_ends_of_the_range_are_exact(long value)
    {
        var histogram = Of([value], 7);
        Assert.Equal(Math.Max(0, value), histogram.Percentile(1));
        Assert.Equal(0, new LogLinearHistogram().Percentile(0.99));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = Of([1L << 40], 7);
        for (var i = 0; i < 1000; i++) histogram.Add(i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100_000; i++) histogram.Add(i * 977L);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_is_damaged_is_refused()
    {
        var bytes = Convert.FromHexString(Bytes(Of([1, 500, 1_000_000], 5)));
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, 0, cut));
            Assert.ThrowsAny<IOException>(() => LogLinearHistogram.Read(reader));
        }
        bytes[0] = 9;
        using var other = new BinaryReader(new MemoryStream(bytes));
        Assert.Throws<InvalidDataException>(() => LogLinearHistogram.Read(other));
        Assert.Throws<ArgumentException>(() => new LogLinearHistogram(5).Add(new LogLinearHistogram(6)));
    }
}
