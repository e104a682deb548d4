using Granary.Caching.Core;
using Granary.Caching.Policies;

namespace Granary.Caching.Tests.Core;

public sealed class EntryTableTests
{
    /// <summary>A reader that walks a chain while its entries move to a larger table must not miss one.</summary>
    [Fact]
    public void What_is_in_the_table_is_found_while_it_grows()
    {
        const int Keys = 300_000;
        var cache = new Cache<long, string>(new CacheOptions { Capacity = 2 * Keys, Policy = PolicyKind.Lru });
        var done = 0L;
        var missed = new long[2];
        using var start = new Barrier(3);
        var readers = Enumerable.Range(0, 2).Select(n => new Thread(() =>
        {
            var random = new Random(n);
            start.SignalAndWait();
            for (long upTo; (upTo = Volatile.Read(ref done)) < Keys;)
                if (upTo > 0 && !(cache.TryGet(random.NextInt64(upTo), out var value) && value == "v")) missed[n]++;
        })).ToList();
        readers.ForEach(r => r.Start());
        start.SignalAndWait();
        for (var key = 0L; key < Keys; key++)
        {
            cache.Set(key, "v");
            if (key % 3 == 0) cache.Set(key / 2, "v"); // replaced in its chain
            Volatile.Write(ref done, key + 1);
        }
        readers.ForEach(r => r.Join());
        Assert.Equal([0L, 0L], missed);
        Assert.Equal(Keys, cache.Count);
    }

    [Fact]
    public void It_holds_what_a_dictionary_holds()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var (random, writers, model) = (new Random(seed), new Lock(), new Dictionary<Clash, int>());
            var comparer = new SeededComparer<Clash>((ulong)seed);
            var table = new EntryTable<Clash, int>(comparer, writers);
            for (var step = 0; step < 2000; step++)
            {
                var key = new Clash(random.Next(100));
                lock (writers)
                {
                    if (random.Next(3) > 0)
                    {
                        table.Put(new Entry<Clash, int>(key, step, false, 1, Entry<Clash, int>.Never, CachePriority.Normal, (ulong)step, comparer.Hash(key)), table.Find(key));
                        model[key] = step;
                    }
                    else if (table.Find(key) is { } entry)
                    {
                        table.Remove(entry);
                        Assert.True(model.Remove(key));
                    }
                    else Assert.False(model.ContainsKey(key));
                }
                Assert.Equal(model.Count, table.Count);
            }
            Assert.Equal(model.Order(Comparer<KeyValuePair<Clash, int>>.Create((a, b) => a.Value.CompareTo(b.Value))).Select(p => (p.Key, p.Value)),
                table.ToList().OrderBy(e => e.Value).Select(e => (e.Key, e.Value)));
            for (var i = 0; i < 100; i++) Assert.Equal(model.TryGetValue(new(i), out var value) ? value : null, table.Find(new(i))?.Value);
        }
    }

    /// <summary>Five hashes for all.</summary>
    private readonly record struct Clash(int Number)
    {
        public override int GetHashCode() => Number % 5;
    }
}
