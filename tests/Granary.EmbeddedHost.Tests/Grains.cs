using Orleans;

namespace Granary.EmbeddedHost.Tests;

[GenerateSerializer]
public sealed record Payload([property: Id(0)] byte[] Bytes);

/// <summary>Has no codec on purpose.</summary>
public sealed class PlainException(string message) : Exception(message);

public interface IListener : IGrainObserver
{
    Task Hear(string text);
}

public interface ITestGrain : IGrainWithStringKey
{
    Task<int> Add(int value);

    Task<List<int>> All();

    Task<int> Size(Payload payload);

    Task<Payload> Make(int size);

    Task Hold(string entered, string release);

    Task FailPlainly();

    Task Listen(IListener listener);

    Task Say(string text);

    [ResponseTimeout("00:00:10")]
    Task Never();
}

public sealed class TestGrain : Grain, ITestGrain
{
    private readonly List<int> _values = [];
    private readonly List<IListener> _listeners = [];

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Barriers.Note(this.GetPrimaryKeyString(), $"{reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task<int> Add(int value)
    {
        _values.Add(value);
        return Task.FromResult(_values.Count);
    }

    public Task<List<int>> All() => Task.FromResult(_values);

    public Task<int> Size(Payload payload) => Task.FromResult(payload.Bytes.Length);

    public Task<Payload> Make(int size) => Task.FromResult(new Payload(new byte[size]));

    public async Task Hold(string entered, string release)
    {
        Barriers.Open(entered);
        await Barriers.Wait(release);
    }

    public Task FailPlainly() => throw new PlainException("plain");

    public Task Listen(IListener listener)
    {
        _listeners.Add(listener);
        return Task.CompletedTask;
    }

    public Task Say(string text) => Task.WhenAll(_listeners.Select(l => l.Hear(text)));

    public Task Never() => new TaskCompletionSource().Task;
}
