using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Granary.HostConformance.Tests.States;

[GenerateSerializer]
public sealed class Counter
{
    [Id(0)]
    public int Value { get; set; }

    [Id(1)]
    public List<string> Notes { get; set; } = [];
}

public interface IStateGrain : IGrainWithStringKey
{
    Task<int> Add(int amount);

    Task<(int Value, bool Exists, bool HasEtag)> Get();

    Task Clear();

    Task End();

    /// <summary>Changes the state in memory, and another copy of it in storage, then writes.</summary>
    Task WriteOverAnother();
}

public sealed class StateGrain([PersistentState("counter", "states")] IPersistentState<Counter> counter,
    [FromKeyedServices("states")] IGrainStorage storage) : Grain, IStateGrain
{
    public async Task<int> Add(int amount)
    {
        counter.State.Value += amount;
        await counter.WriteStateAsync();
        return counter.State.Value;
    }

    public Task<(int Value, bool Exists, bool HasEtag)> Get() => Task.FromResult((counter.State.Value, counter.RecordExists, counter.Etag is not null));

    public Task Clear() => counter.ClearStateAsync();

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task WriteOverAnother()
    {
        var other = new GrainState<Counter>(new Counter());
        await storage.ReadStateAsync("counter", this.GetGrainId(), other);
        other.State!.Value = 1000;
        await storage.WriteStateAsync("counter", this.GetGrainId(), other);
        counter.State.Value = -1;
        await counter.WriteStateAsync();
    }
}
