using Granary.Caching.Policies;

namespace Granary.Caching.Tests.Policies;

public sealed class FrequencySketchTests
{
    [Fact]
    public void It_counts_up_to_fifteen_and_halves_after_ten_requests_a_counter()
    {
        var sketch = new FrequencySketch(64, seed: 1);
        sketch.Add(1, 9);
        Assert.Equal(9, sketch.Estimate(1));
        sketch.Add(1, 9);
        Assert.Equal(FrequencySketch.Most, sketch.Estimate(1));
        for (var i = 0; i < 10 * sketch.Width - 1; i++) sketch.Tick();
        Assert.Equal((0, FrequencySketch.Most), (sketch.Halvings, sketch.Estimate(1)));
        sketch.Tick();
        Assert.Equal((1, FrequencySketch.Most / 2), (sketch.Halvings, sketch.Estimate(1)));
    }

    [Fact]
    public void No_key_is_estimated_too_low_and_few_too_high_though_its_counters_share_a_line()
    {
        var sketch = new FrequencySketch(4096, seed: 7);
        for (var key = 0UL; key < 4096; key++) sketch.Add(key, 1 + (int)(key % 8));
        var over = Enumerable.Range(0, 4096).Select(key => sketch.Estimate((ulong)key) - (1 + key % 8)).ToList();
        Assert.All(over, o => Assert.InRange(o, 0, FrequencySketch.Most));
        Assert.InRange(over.Count(o => o > 0), 0, 4096 / 10);
    }
}
