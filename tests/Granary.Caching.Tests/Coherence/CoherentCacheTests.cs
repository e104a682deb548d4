using Granary.Caching.Coherence;
using Granary.Model;

namespace Granary.Caching.Tests.Coherence;

public sealed class CoherentCacheTests
{
    private static readonly CacheOptions Options = new() { TimeToLive = TimeSpan.FromMinutes(1), Capacity = 1000 };

    private static CoherentCache<string> Server(string name, long epoch = 1) => new(name, epoch, Options);

    private static void Read(CoherentCache<string> server, string key, string value, long version) =>
        Assert.True(server.Put(key, value, version, server.BeginRead()));

    [Fact]
    public void A_change_takes_older_copies_out_everywhere_and_newer_ones_stay()
    {
        var (a, b) = (Server("a"), Server("b"));
        foreach (var server in new[] { a, b }) Read(server, "k", "v1", 1);
        Read(b, "other", "o1", 1);
        b.Receive(a.Changed([new("k", 2)]));
        Assert.False(a.TryGet("k", out _, out _));
        Assert.False(b.TryGet("k", out _, out _));
        Assert.True(b.TryGet("other", out _, out _));
        Read(b, "k", "v3", 3);
        b.Receive(new Invalidation("a", 1, 2, [new("k", 3)]));
        Assert.True(b.TryGet("k", out var value, out var version));
        Assert.Equal(("v3", 3L, 0L), (value, version, b.Resets));
    }

    [Fact]
    public void A_slow_load_does_not_bring_back_what_was_changed_meanwhile()
    {
        var (a, b) = (Server("a"), Server("b"));
        var began = b.BeginRead();
        b.Receive(a.Changed([new("k", 2)]));
        Assert.False(b.Put("k", "old", 1, began));
        Assert.True(b.Put("k", "new", 2, began));
        Assert.False(b.Put("k", "older again", 1, began));
        b.Interrupted();
        Assert.False(b.Put("x", "read before the interruption", 1, began));
    }

    [Fact]
    public void A_missing_message_gives_up_all_copies()
    {
        var (a, b) = (Server("a"), Server("b"));
        b.Receive(a.Changed([new("x", 1)]));
        Read(b, "k", "v", 1);
        a.Changed([new("k", 2)]);
        b.Receive(a.Changed([new("y", 1)]));
        Assert.False(b.TryGet("k", out _, out _));
        Assert.Equal(1, b.Resets);
    }

    [Fact]
    public void So_does_a_server_that_was_restarted_and_one_that_is_heard_of_late()
    {
        var b = Server("b");
        Read(b, "k", "v", 1);
        b.Receive(new Invalidation("late", 1, 7, []));
        Assert.False(b.TryGet("k", out _, out _));
        Read(b, "k", "v", 1);
        b.Receive(new Invalidation("late", 2, 1, []));
        Assert.False(b.TryGet("k", out _, out _));
        // What its earlier life says now is late and changes nothing.
        Read(b, "k", "v", 1);
        b.Receive(new Invalidation("late", 1, 9, [new("k", 9)]));
        Assert.True(b.TryGet("k", out _, out _));
    }

    [Fact]
    public void Without_an_end_of_life_it_is_refused() =>
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<GranaryException>(() => new CoherentCache<int>("a", 1, new CacheOptions())).Code);

    /// <summary>Three servers and a stream that delivers late, twice, out of order or not at all.</summary>
    [Fact]
    public void Once_the_stream_is_quiet_no_copy_is_older_than_what_is_true()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var truth = new Dictionary<string, long>();
            var servers = Enumerable.Range(0, 3).Select(i => Server($"s{i}")).ToArray();
            var reading = new List<(int Server, string Key, long Version, long Began)>();
            var under = Enumerable.Range(0, 3).Select(_ => new List<Invalidation>()).ToArray();
            for (var step = 0; step < 300; step++)
            {
                var (at, key) = (random.Next(3), $"k{random.Next(8)}");
                switch (random.Next(5))
                {
                    case 0:
                        truth[key] = truth.GetValueOrDefault(key) + 1;
                        var message = servers[at].Changed([new(key, truth[key])]);
                        for (var to = 0; to < 3; to++)
                            if (random.Next(10) > 0) under[to].Add(message);
                        break;
                    case 1:
                        reading.Add((at, key, truth.GetValueOrDefault(key), servers[at].BeginRead()));
                        break;
                    case 2 when reading.Count > 0:
                        var read = reading[random.Next(reading.Count)];
                        servers[read.Server].Put(read.Key, $"{read.Key}@{read.Version}", read.Version, read.Began);
                        break;
                    default:
                        if (under[at].Count == 0) break;
                        var next = random.Next(under[at].Count);
                        servers[at].Receive(under[at][next]);
                        if (random.Next(5) > 0) under[at].RemoveAt(next);
                        break;
                }
            }
            // Everything that was not lost arrives, then one more message of each server shows what was.
            for (var to = 0; to < 3; to++)
            {
                foreach (var late in under[to]) servers[to].Receive(late);
                for (var from = 0; from < 3; from++)
                    if (from != to) servers[to].Receive(servers[from].Changed([]));
            }
            foreach (var server in servers)
                foreach (var (key, version) in truth)
                    if (server.TryGet(key, out var value, out var held))
                        Assert.True(held == version && value == $"{key}@{version}", $"seed {seed}: {key} is {value}, true is {version}");
        }
    }
}
