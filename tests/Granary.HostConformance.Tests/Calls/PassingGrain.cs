using Orleans;

namespace Granary.HostConformance.Tests.Calls;

public interface IPassingGrain : IGrainWithStringKey
{
    Task<List<int>> KeepAndChange(ICallGrain other);
}

public sealed class PassingGrain : Grain, IPassingGrain
{
    public async Task<List<int>> KeepAndChange(ICallGrain other)
    {
        List<int> values = [1];
        await other.Keep(values);
        values.Add(2);
        (await other.Kept()).Add(3);
        return await other.Kept();
    }
}
