using Orleans;

namespace Granary.EmbeddedHost.Tests;

public interface IEchoGrain : IGrainWithStringKey
{
    Task<string> Echo(string text);
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<string> Echo(string text) => Task.FromResult(text);
}
