using Orleans;

namespace Granary.Benchmarks.HostCalls;

/// <summary>A grain that does nothing, so that a call's cost is the host's.</summary>
public interface IPingGrain : IGrainWithStringKey
{
    [Alias("Ping")]
    Task<int> Ping(int value);
}

/// <inheritdoc/>
public sealed class PingGrain : Grain, IPingGrain
{
    public Task<int> Ping(int value) => Task.FromResult(value + 1);
}

/// <summary>A grain that calls another, over and over, from its own turns.</summary>
public interface ICallerGrain : IGrainWithStringKey
{
    [Alias("Call"), ResponseTimeout("00:10:00")]
    Task Call(string target, int calls);
}

/// <inheritdoc/>
public sealed class CallerGrain : Grain, ICallerGrain
{
    public async Task Call(string target, int calls)
    {
        var grain = GrainFactory.GetGrain<IPingGrain>(target);
        for (var i = 0; i < calls; i++)
            await grain.Ping(i);
    }
}
