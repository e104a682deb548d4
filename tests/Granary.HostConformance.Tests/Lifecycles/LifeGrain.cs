using Granary.HostConformance.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Granary.HostConformance.Tests.Lifecycles;

public sealed record Greeting(string Text);

public interface ILifeGrain : IGrainWithStringKey
{
    Task<int> Activation();

    Task End();

    Task EndAfter(string entered, string release);

    Task<string> Greet();

    Task KeepFor(TimeSpan time);
}

public sealed class LifeGrain(Greeting greeting, [FromKeyedServices("loud")] Greeting loud) : Grain, ILifeGrain
{
    private int _activation;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Barriers.Note(Key, "activate");
        _activation = Barriers.Notes(Key).Count(n => n == "activate");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Barriers.Note(Key, $"deactivate {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task<int> Activation() => Task.FromResult(_activation);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task EndAfter(string entered, string release)
    {
        DeactivateOnIdle();
        Barriers.Open(entered);
        await Barriers.Wait(release);
        Barriers.Note(Key, "done");
    }

    public Task<string> Greet() => Task.FromResult($"{greeting.Text} {loud.Text}");

    public Task KeepFor(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    private string Key => this.GetPrimaryKeyString();
}

public interface IFailingGrain : IGrainWithStringKey
{
    Task<string> Answer();
}

/// <summary>Fails to activate until the gate named by its key is open.</summary>
public sealed class FailingGrain : Grain, IFailingGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => Barriers.IsOpen(this.GetPrimaryKeyString())
        ? Task.CompletedTask
        : throw new InvalidOperationException("not yet");

    public Task<string> Answer() => Task.FromResult("answer");
}
