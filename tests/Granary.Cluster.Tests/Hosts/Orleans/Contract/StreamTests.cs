using Granary.EndToEnd.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;

namespace Granary.Cluster.Tests.Contract;

/// <summary>Orleans' own grain storage on our scripts, and what streams keep in it.</summary>
public sealed class StreamTests
{
    private const string Store = "PubSubStore";
    private const string Streams = "telemetry";

    [Fact]
    public async Task State_needs_the_version_that_was_read()
    {
        await using var silo = await StartAsync(await ClusterDatabase.CreateForProvidersAsync());
        var store = silo.Services.GetRequiredKeyedService<IGrainStorage>(Store);
        var note = GrainType.Create("note");
        GrainId[] grains = [GrainId.Create(note, IdSpan.Create("text")), GrainId.Create(note, GrainIdKeyExtensions.CreateIntegerKey(42, "more")), GrainId.Create(note, GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid()))];
        foreach (var grain in grains)
        {
            var mine = new GrainState<Note>();
            await store.ReadStateAsync("state", grain, mine);
            Assert.False(mine.RecordExists);
            var other = new GrainState<Note>();
            await store.ReadStateAsync("state", grain, other);
            mine.State = new Note { Text = "first" };
            await store.WriteStateAsync("state", grain, mine);
            other.State = new Note { Text = "second" };
            await Assert.ThrowsAsync<InconsistentStateException>(() => store.WriteStateAsync("state", grain, other));
            await store.ReadStateAsync("state", grain, other);
            Assert.Equal("first", other.State.Text);
            other.State.Text = "third";
            await store.WriteStateAsync("state", grain, other);
            await Assert.ThrowsAsync<InconsistentStateException>(() => store.ClearStateAsync("state", grain, mine));
            await store.ClearStateAsync("state", grain, other);
            await store.ReadStateAsync("state", grain, mine);
            Assert.False(mine.RecordExists);
            mine.State = new Note { Text = "fourth" };
            await store.WriteStateAsync("state", grain, mine);
        }
    }

    [Fact]
    public async Task Who_listens_outlives_the_silo()
    {
        var database = await ClusterDatabase.CreateForProvidersAsync();
        await using (var silo = await StartAsync(database))
        {
            var listener = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IListener>("l");
            await listener.Listen();
            await SendAsync(silo, 1);
            await Until.TrueAsync(async () => await listener.Heard() == 1, "the sample did not come");
        }
        await using var next = await StartAsync(database);
        var again = next.Services.GetRequiredService<IGrainFactory>().GetGrain<IListener>("l");
        await SendAsync(next, 2); // nobody has called the listener in this silo: the stream knows it
        await Until.TrueAsync(async () => await again.Heard() == 2, "the sample did not come after the restart");
    }

    private static Task SendAsync(Silo silo, int sample) => silo.Services.GetRequiredService<IClusterClient>()
        .GetStreamProvider(Streams).GetStream<int>(StreamId.Create("samples", "l")).OnNextAsync(sample);

    private static async Task<Silo> StartAsync(string database)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(FreePort.Take(), FreePort.Take(), null, "one", "one")
            .AddAdoNetGrainStorage(Store, o => (o.Invariant, o.ConnectionString) = ("Npgsql", database))
            .AddMemoryStreams(Streams));
        var host = builder.Build();
        await host.StartAsync();
        return new Silo(host);
    }

    private sealed class Silo(IHost host) : IAsyncDisposable
    {
        public IServiceProvider Services => host.Services;

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}

[GenerateSerializer]
public sealed class Note
{
    [Id(0)]
    public string Text { get; set; } = "";
}

public interface IListener : IGrainWithStringKey
{
    Task Listen();

    /// <summary>The last sample; 0 before the first.</summary>
    Task<int> Heard();
}

public sealed class Listener : Grain, IListener
{
    private int _heard;

    private IAsyncStream<int> Stream => this.GetStreamProvider("telemetry").GetStream<int>(StreamId.Create("samples", this.GetPrimaryKeyString()));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var handle in await Stream.GetAllSubscriptionHandles()) await handle.ResumeAsync(Hear);
    }

    public Task Listen() => Stream.SubscribeAsync(Hear);

    public Task<int> Heard() => Task.FromResult(_heard);

    private Task Hear(int sample, StreamSequenceToken? token)
    {
        _heard = sample;
        return Task.CompletedTask;
    }
}
