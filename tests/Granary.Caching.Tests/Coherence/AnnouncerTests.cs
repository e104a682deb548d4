using Granary.Caching.Coherence;

namespace Granary.Caching.Tests.Coherence;

public sealed class AnnouncerTests
{
    [Fact]
    public void No_version_is_given_twice_though_the_clock_stands_goes_back_or_the_owner_restarts()
    {
        var random = new Random(1);
        var time = new SetTime { Now = DateTimeOffset.UnixEpoch.AddDays(20_000) };
        var (stored, last) = (0L, 0L);
        for (var life = 0; life < 50; life++)
        {
            var owner = new Announcer("o", stored, null, time);
            Assert.True(owner.Version > last);
            last = owner.Version;
            for (var change = random.Next(5); change > 0; change--)
            {
                time.Now += TimeSpan.FromSeconds(random.Next(-100, 100));
                Assert.True(owner.Next() > last);
                last = stored = owner.Version;
            }
            // what a life begins with is given to readers and not stored; the next life begins above it unless its clock is behind
            time.Now += TimeSpan.FromSeconds(200);
        }
    }

    [Fact]
    public async Task What_the_stream_refused_shows_as_a_gap()
    {
        var stream = new Recording();
        var copies = new CoherentCache<string>("b", 1, new CacheOptions { TimeToLive = TimeSpan.FromMinutes(1) });
        var owner = new Announcer("o", 0, stream, TimeProvider.System);
        owner.Next();
        Assert.Null(await owner.TellAsync(["x"]));
        copies.Receive(stream.Told[0]);
        Assert.True(copies.Put("k", "old", owner.Version, copies.BeginRead()));
        stream.Failure = new InvalidOperationException("full");
        owner.Next();
        Assert.Same(stream.Failure, await owner.TellAsync(["k"]));
        stream.Failure = null;
        owner.Next();
        Assert.Null(await owner.TellAsync(["x"]));
        copies.Receive(stream.Told[1]);
        Assert.False(copies.TryGet("k", out _, out _));
        Assert.Equal([1L, 3L], stream.Told.Select(m => m.Sequence));
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Recording : IInvalidationStream
    {
        public List<Invalidation> Told { get; } = [];

        public Exception? Failure { get; set; }

        public Task PublishAsync(Invalidation invalidation, CancellationToken cancel)
        {
            if (Failure is { } failure) throw failure;
            Told.Add(invalidation);
            return Task.CompletedTask;
        }

        public Task<IAsyncDisposable> SubscribeAsync(Action<Invalidation> handler, CancellationToken cancel) => throw new NotSupportedException();
    }
}
