namespace Granary.Telemetry.Tests.Statistics;

public sealed class TopCountsTests
{
    [Fact]
    public void A_frequent_key_is_always_kept_and_no_count_is_too_low()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var (top, truth) = (new TopCounts(8), new Dictionary<string, long>());
            for (var i = 0; i < 5000; i++)
            {
                var key = random.Next(3) == 0 ? $"rare-{random.Next(1000)}" : $"often-{random.Next(4)}";
                top.Add(key);
                truth[key] = truth.GetValueOrDefault(key) + 1;
            }
            var kept = top.Top(8).ToDictionary(t => t.Key);
            Assert.Equal(5000, top.Total);
            Assert.All(truth.Where(t => t.Value > 5000 / 8), t => Assert.Contains(t.Key, kept.Keys));
            Assert.All(kept.Values, k => Assert.InRange(truth[k.Key], k.Count - k.Error, k.Count));
        }
    }

    [Fact]
    public void Few_keys_are_counted_exactly()
    {
        var top = new TopCounts(3);
        foreach (var key in (string[])["b", "a", "b", "c", "b", "a"]) top.Add(key);
        Assert.Equal([new TopCount("b", 3, 0), new("a", 2, 0), new("c", 1, 0)], top.Top(5));
    }
}
