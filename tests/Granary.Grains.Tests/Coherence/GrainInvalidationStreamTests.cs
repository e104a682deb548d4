using System.Collections.Concurrent;
using Granary.Abstractions;
using Granary.Caching;
using Granary.Caching.Coherence;
using Granary.Model;

namespace Granary.Grains.Tests.Coherence;

/// <summary>Copies of two servers over the streams of the host.</summary>
public sealed class GrainInvalidationStreamTests(ServersFixture servers) : IClassFixture<ServersFixture>
{
    private static readonly CacheOptions Options = new() { TimeToLive = TimeSpan.FromMinutes(10), Capacity = 100 };
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(30);

    private readonly string _topic = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task What_one_server_changes_leaves_the_other()
    {
        var (a, b) = (new CoherentCache<string>("a", 1, Options), new CoherentCache<string>("b", 1, Options));
        var (toA, toB) = (servers.StreamOf(false, _topic), servers.StreamOf(true, _topic));
        await using var hearsA = await toA.SubscribeAsync(a.Receive, default);
        await using var hearsB = await toB.SubscribeAsync(b.Receive, default);
        Read(a, "k", 1);
        Read(b, "k", 1);
        Read(b, "other", 1);
        await toA.PublishAsync(a.Changed([new("k", 2)]), default);
        await Until(() => !b.TryGet("k", out _, out _));
        Assert.False(a.TryGet("k", out _, out _));
        Assert.True(b.TryGet("other", out _, out _));
        // and the other way; a's own message did not take out what a read since
        Read(a, "k", 2);
        Read(b, "k", 2);
        await toB.PublishAsync(b.Changed([new("k", 3)]), default);
        await Until(() => !a.TryGet("k", out _, out _));
        Assert.Equal((0, 0), (a.Resets, b.Resets));
    }

    [Fact]
    public async Task Versions_that_overtake_each_other_and_a_lost_message_leave_nothing_old()
    {
        var (a, b) = (new CoherentCache<string>("a", 1, Options), new CoherentCache<string>("b", 1, Options));
        var stream = servers.StreamOf(false, _topic);
        var heard = new ConcurrentQueue<Invalidation>();
        await using var hears = await servers.StreamOf(true, _topic).SubscribeAsync(m => heard.Enqueue(m), default);
        foreach (var version in new long[] { 2, 3, 4 }) await stream.PublishAsync(a.Changed([new("k", version)]), default);
        await Until(() => heard.Count == 3);
        var (first, second, third) = heard.ToArray() is [var x, var y, var z] ? (x, y, z) : default;
        Assert.Equal((1, 2, 3), (first!.Sequence, second!.Sequence, third!.Sequence));

        b.Receive(first);
        Read(b, "k", 2);
        Read(b, "else", 1);
        b.Receive(third); // the second is missing so far: what it may have said is unknown
        Assert.False(b.TryGet("k", out _, out _) || b.TryGet("else", out _, out _));
        Assert.Equal(1, b.Resets);
        Read(b, "k", 4);
        b.Receive(second); // late, with an older version
        Assert.True(b.TryGet("k", out _, out var version4) && version4 == 4);
        Assert.False(b.Put("k", "old", 3, b.BeginRead()));
    }

    [Fact]
    public async Task Who_joins_late_gives_up_what_it_read_before()
    {
        var (a, b) = (new CoherentCache<string>("a", 1, Options), new CoherentCache<string>("b", 1, Options));
        var stream = servers.StreamOf(false, _topic);
        await stream.PublishAsync(a.Changed([new("k", 2)]), default);
        Read(b, "k", 1);
        Read(b, "else", 1);
        await using var hears = await servers.StreamOf(true, _topic).SubscribeAsync(b.Receive, default);
        await stream.PublishAsync(a.Changed([new("unrelated", 1)]), default);
        // a host may hand on what it still holds of the time before; else the second message is the first that is heard, and nothing that was read can be trusted
        await Until(() => !b.TryGet("k", out _, out _));
        Assert.Equal(b.Resets == 0, b.TryGet("else", out _, out _));
        Assert.False(b.Put("k", "old", 1, b.BeginRead()) && b.Resets == 0);
    }

    [Fact]
    public async Task Who_has_left_hears_nothing_more()
    {
        var stream = servers.StreamOf(false, _topic);
        var (left, stayed) = (0, 0);
        var leaving = await servers.StreamOf(true, _topic).SubscribeAsync(_ => Interlocked.Increment(ref left), default);
        await using var staying = await servers.StreamOf(true, _topic).SubscribeAsync(_ => Interlocked.Increment(ref stayed), default);
        await stream.PublishAsync(new Invalidation("s", 1, 1, []), default);
        await Until(() => Volatile.Read(ref left) == 1 && Volatile.Read(ref stayed) == 1);
        await leaving.DisposeAsync();
        await stream.PublishAsync(new Invalidation("s", 1, 2, []), default);
        await Until(() => Volatile.Read(ref stayed) == 2);
        Assert.Equal(1, Volatile.Read(ref left));
    }

    [Fact]
    public async Task The_directory_tells_every_server_that_there_are_new_names()
    {
        var directory = servers.Grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
        var copies = new[] { false, true }.Select(_ => new CoherentCache<DirectoryNames>($"{Guid.NewGuid()}", 1, Options)).ToArray();
        await using var first = await servers.StreamOf(false, IDirectoryGrain.Changes).SubscribeAsync(copies[0].Receive, default);
        await using var last = await servers.StreamOf(true, IDirectoryGrain.Changes).SubscribeAsync(copies[1].Receive, default);
        var (pool, node) = ($"p-{_topic}", $"n-{_topic}");
        var before = await ReadNames();
        await directory.Apply(new ApplyRequest([new PoolSpec { Name = pool }], [], []));
        await Until(() => copies.All(c => !c.TryGet(IDirectoryGrain.Key, out _, out _)));
        var between = await ReadNames();
        Assert.True(between.Version > before.Version);
        Assert.Contains(pool, between.Pools);
        await directory.AddNode(node);
        await Until(() => copies.All(c => !c.TryGet(IDirectoryGrain.Key, out _, out _)));
        var after = await ReadNames();
        Assert.Contains(node, after.Nodes);
        Assert.All(copies, c => Assert.False(c.Put(IDirectoryGrain.Key, between, between.Version, c.BeginRead())));

        // what changes no name is not told of
        await directory.Apply(new ApplyRequest([new PoolSpec { Name = pool }], [new AgentSpec { Id = "a" }], []));
        Assert.Equal(after.Version, (await directory.Names()).Version);

        async Task<DirectoryNames> ReadNames()
        {
            var began = copies.Select(c => c.BeginRead()).ToArray();
            var names = await directory.Names();
            for (var i = 0; i < copies.Length; i++) Assert.True(copies[i].Put(IDirectoryGrain.Key, names, names.Version, began[i]));
            return names;
        }
    }

    private static void Read(CoherentCache<string> server, string key, long version) => Assert.True(server.Put(key, $"{key}@{version}", version, server.BeginRead()));

    private static async Task Until(Func<bool> condition)
    {
        var end = TimeProvider.System.GetTimestamp() + (long)(Enough.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetTimestamp() < end, $"not within {Enough}");
            await Task.Yield();
        }
    }
}
