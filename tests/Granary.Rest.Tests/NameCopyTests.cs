using System.Net;
using Granary.Abstractions;
using Granary.Caching.Coherence;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Tests;

public sealed class NameCopyTests
{
    private static Task<RestServer> Server(IInvalidationStream? stream, RestOptions? options = null) =>
        RestServer.Start(options, services: s => _ = stream is null ? s : s.AddKeyedSingleton(IDirectoryGrain.Changes, stream));

    [Fact]
    public async Task Many_requests_ask_the_directory_once_until_it_tells_of_a_change()
    {
        var stream = new OpenStream();
        await using var server = await Server(stream);
        await Hears(server);
        for (var i = 0; i < 20; i++) await server.Get("/api/pools/default").Json();
        Assert.Equal(1, server.Cluster.Directory.NamesAsked);
        server.Cluster.NamesVersion = 2;
        server.Cluster.Declare("new");
        stream.Say(new Invalidation("directory", 1, 1, [new(IDirectoryGrain.Key, 2)]));
        for (var i = 0; i < 20; i++) await server.Get("/api/pools/default").Json();
        Assert.Equal(2, server.Cluster.Directory.NamesAsked);
    }

    [Fact]
    public async Task What_the_copy_lacks_is_asked_for_though_nothing_was_heard()
    {
        var stream = new OpenStream();
        await using var server = await Server(stream);
        await Hears(server);
        await server.Get("/api/pools/default").Json();
        server.Cluster.Declare("late");
        await server.Get("/api/pools/late").Json();
        await server.Get("/api/pools/never").Problem(404);
        await server.Get("/api/nodes/never").Problem(404);
        server.Cluster.DeclareNode(new NodeSpec { Name = "n1" });
        await server.Get("/api/nodes/n1").Json();
    }

    [Fact]
    public async Task Metrics_show_a_new_pool_as_soon_as_the_message_is_there()
    {
        var stream = new OpenStream();
        await using var server = await Server(stream, new RestOptions { SnapshotMaxAge = TimeSpan.Zero, NameCopyAge = TimeSpan.FromHours(1) });
        await Hears(server);
        Assert.DoesNotContain("pool=\"fresh\"", await server.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        server.Cluster.Declare("fresh");
        server.Cluster.NamesVersion = 2;
        stream.Say(new Invalidation("directory", 1, 1, [new(IDirectoryGrain.Key, 2)]));
        Assert.Contains("pool=\"fresh\"", await server.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 30)]
    [InlineData(true, 0)]
    public async Task Without_a_stream_or_with_the_copy_off_every_request_asks(bool hasStream, int seconds)
    {
        var stream = hasStream ? new OpenStream() : null;
        await using var server = await Server(stream, new RestOptions { NameCopyAge = TimeSpan.FromSeconds(seconds) });
        for (var i = 0; i < 3; i++) await server.Get("/api/pools/default").Json();
        Assert.Equal(3, server.Cluster.Directory.NamesAsked);
    }

    [Fact]
    public async Task A_stream_that_refuses_leaves_the_directory_asked()
    {
        await using var server = await Server(new OpenStream { Refuses = true });
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await server.Get("/api/pools/default")).StatusCode);
        Assert.Equal(3, server.Cluster.Directory.NamesAsked);
    }

    private static async Task Hears(RestServer server)
    {
        var copy = server.Services.GetRequiredService<NameCopy>();
        var end = Environment.TickCount64 + 30_000;
        while (!copy.Hears)
        {
            Assert.True(Environment.TickCount64 < end, "the server does not hear of changes");
            await Task.Yield();
        }
    }

    private sealed class OpenStream : IInvalidationStream
    {
        private Action<Invalidation>? _handler;

        public bool Refuses { get; init; }

        public void Say(Invalidation message) => _handler!(message);

        public Task PublishAsync(Invalidation invalidation, CancellationToken cancel) => throw new NotSupportedException();

        public Task<IAsyncDisposable> SubscribeAsync(Action<Invalidation> handler, CancellationToken cancel)
        {
            if (Refuses) throw new InvalidOperationException("no stream");
            _handler = handler;
            return Task.FromResult<IAsyncDisposable>(new Nothing());
        }

        private sealed class Nothing : IAsyncDisposable
        {
            public ValueTask DisposeAsync() => default;
        }
    }
}
