using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Granary.EmbeddedHost.Tests;

public sealed class CollectionTests
{
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly ManualTime _time = new();

    [Fact]
    public async Task An_activation_ends_when_it_was_idle_for_its_collection_age_and_not_before()
    {
        await using var server = await TestServer.StartAsync(Configure);
        var grain = server.Grain<ITestGrain>(_id);
        Assert.Equal(1, await grain.Add(1).Within());
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(2, await grain.Add(1).Within());
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(3, await grain.Add(1).Within());
        _time.Advance(TimeSpan.FromSeconds(140));
        await Bounded.Until(() => Barriers.Notes(_id).Length > 0, "the collection");
        Assert.Equal(["ActivationIdle"], Barriers.Notes(_id));
        Assert.Equal(1, await grain.Add(1).Within());
    }

    [Fact]
    public async Task An_activation_that_runs_a_request_is_not_idle()
    {
        await using var server = await TestServer.StartAsync(Configure);
        var held = server.Grain<ITestGrain>(_id).Hold(_id + "in", _id + "out");
        await Barriers.Wait(_id + "in");
        _time.Advance(TimeSpan.FromHours(1));
        Barriers.Open(_id + "out");
        await Assert.ThrowsAsync<TimeoutException>(() => held.Within());
        Assert.Empty(Barriers.Notes(_id));
    }

    private void Configure(ISiloBuilder silo)
    {
        silo.Services.AddSingleton<TimeProvider>(_time);
        silo.Configure<GrainCollectionOptions>(o => (o.CollectionQuantum, o.CollectionAge) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(120)));
    }
}
