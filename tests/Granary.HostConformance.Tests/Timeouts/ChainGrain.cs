using Granary.HostConformance.Tests.Support;
using Orleans;
using Orleans.Runtime;

namespace Granary.HostConformance.Tests.Timeouts;

public interface IChainGrain : IGrainWithStringKey
{
    [ResponseTimeout("00:00:00.500")]
    Task Hang(string release);

    /// <summary>Calls the other, which calls back.</summary>
    Task<string> CallThroughCycle(IChainGrain other, bool allowReentrancy);

    Task<string> CallBack(IChainGrain first);

    [ResponseTimeout("00:00:00.500")]
    Task<string> Answer();
}

public sealed class ChainGrain : Grain, IChainGrain
{
    public Task Hang(string release) => Barriers.Wait(release);

    public async Task<string> CallThroughCycle(IChainGrain other, bool allowReentrancy)
    {
        if (!allowReentrancy)
            return await other.CallBack(this.AsReference<IChainGrain>());
        using var section = RequestContext.AllowCallChainReentrancy();
        return await other.CallBack(this.AsReference<IChainGrain>());
    }

    public Task<string> CallBack(IChainGrain first) => first.Answer();

    public Task<string> Answer() => Task.FromResult("answer");
}
