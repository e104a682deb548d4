using Granary.Caching.Policies;
using Granary.Caching.Prefetch;

namespace Granary.Caching.Tests.Prefetch;

public sealed class PrefetcherTests
{
    private static PrefetchStatistics Of(Prefetcher prefetcher, PrefetchPattern pattern) => prefetcher.Statistics.Single(s => s.Pattern == pattern);

    [Theory]
    [InlineData(1, PrefetchPattern.Sequential)]
    [InlineData(7, PrefetchPattern.Stride)]
    [InlineData(-3, PrefetchPattern.Stride)]
    public void A_run_is_seen_after_three_steps(int step, PrefetchPattern pattern)
    {
        var prefetcher = new Prefetcher(new PrefetchOptions { Ahead = 2 });
        var fetch = new List<ulong>();
        for (var i = 0; i < 3; i++) prefetcher.Requested((ulong)(1000 + i * step), fetch);
        Assert.Empty(fetch);
        prefetcher.Requested((ulong)(1000 + 3 * step), fetch);
        Assert.Equal([(ulong)(1000 + 4 * step), (ulong)(1000 + 5 * step)], fetch);
        // One more each step from here on: what was said is not said again.
        prefetcher.Requested((ulong)(1000 + 4 * step), fetch);
        Assert.Equal((ulong)(1000 + 6 * step), fetch[^1]);
        Assert.Equal((3, 1L), (fetch.Count, Of(prefetcher, pattern).Right));
    }

    [Fact]
    public void Runs_may_be_interleaved()
    {
        var prefetcher = new Prefetcher();
        var fetch = new HashSet<ulong>();
        for (var i = 0UL; i < 100; i++)
        {
            prefetcher.Requested(i, fetch);
            prefetcher.Requested(1_000_000 + i * 2, fetch);
            prefetcher.Requested(9_000_000 - i * 5, fetch);
        }
        Assert.True(Enumerable.Range(10, 90).All(i => fetch.Contains((ulong)i) && fetch.Contains(1_000_000 + (ulong)i * 2) && fetch.Contains(9_000_000 - (ulong)i * 5)));
        Assert.All(prefetcher.Statistics, s => Assert.True(s.Precision > 0.9, s.ToString()));
    }

    [Fact]
    public void What_follows_a_key_is_learned_when_it_did_so_twice()
    {
        var prefetcher = new Prefetcher();
        var words = new[] { "open", "read", "parse", "close" }.Select(w => Prefetcher.NumberOf(System.Text.Encoding.UTF8.GetBytes(w))).ToArray();
        var fetch = new List<ulong>();
        for (var round = 0; round < 2; round++)
            foreach (var word in words) prefetcher.Requested(word, fetch);
        Assert.Empty(fetch);
        prefetcher.Requested(words[0], fetch);
        Assert.Equal([words[1]], fetch);
    }

    [Fact]
    public void Guesses_that_are_wrong_too_often_are_not_made_until_they_are_right_again()
    {
        var prefetcher = new Prefetcher();
        var (fetch, at, random) = (new List<ulong>(), 1UL << 40, new Random(1));
        // Runs that break off as soon as they are recognised: every guess is wrong.
        void Breaking(int runs)
        {
            for (var run = 0; run < runs; run++, at += 1 << 20)
                for (var i = 0UL; i < 4; i++) prefetcher.Requested(at + i, fetch);
        }

        Breaking(500);
        Assert.False(Of(prefetcher, PrefetchPattern.Sequential).On);
        Assert.InRange(Of(prefetcher, PrefetchPattern.Sequential).Precision, 0, 0.3);
        fetch.Clear();
        Breaking(500);
        // 2,000 requests and not one fetched in vain.
        Assert.Empty(fetch);
        // A long run: what is only followed shows that it would be right.
        for (var i = 0UL; i < 5000; i++) prefetcher.Requested(at + i, fetch);
        Assert.True(Of(prefetcher, PrefetchPattern.Sequential).On);
        Assert.True(fetch.Count > 2000);
    }

    [Fact]
    public void Random_requests_fetch_next_to_nothing()
    {
        var prefetcher = new Prefetcher();
        var (fetch, random) = (new List<ulong>(), new Random(5));
        for (var i = 0; i < 20_000; i++) prefetcher.Requested((ulong)random.NextInt64(1L << 50), fetch);
        Assert.InRange(fetch.Count, 0, 200);
    }

    [Fact]
    public async Task A_cache_that_prefetches_has_what_a_scan_asks_for_next()
    {
        var loaded = new List<ulong>();
        var cache = new Cache<ulong, ulong>(new CacheOptions { Capacity = 1000, Policy = PolicyKind.Lru });
        var prefetching = new PrefetchingCache<ulong>(cache, (key, _) =>
        {
            lock (loaded) loaded.Add(key);
            return key == 55 ? throw new IOException("bad block") : Task.FromResult(key);
        });
        for (var key = 0UL; key < 50; key++) Assert.Equal(key, await prefetching.GetAsync(key));
        var ahead = () =>
        {
            lock (loaded) return loaded.Contains(51) || loaded.Contains(52) || loaded.Contains(53);
        };
        Assert.True(SpinWait.SpinUntil(ahead, TimeSpan.FromSeconds(20)));
        Assert.True(prefetching.Statistics[0].Right > 20, prefetching.Statistics[0].ToString());
        for (var key = 50UL; key < 55; key++) Assert.Equal(key, await prefetching.GetAsync(key));
        await Assert.ThrowsAsync<IOException>(() => prefetching.GetAsync(55).AsTask());
    }
}
