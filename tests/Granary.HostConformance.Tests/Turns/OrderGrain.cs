using Orleans;

namespace Granary.HostConformance.Tests.Turns;

public interface IOrderGrain : IGrainWithStringKey
{
    Task Add(int value);

    Task<List<int>> All();
}

public sealed class OrderGrain : Grain, IOrderGrain
{
    private readonly List<int> _values = [];

    public Task Add(int value)
    {
        _values.Add(value);
        return Task.CompletedTask;
    }

    public Task<List<int>> All() => Task.FromResult(_values);
}
