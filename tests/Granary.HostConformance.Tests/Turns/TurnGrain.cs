using Granary.HostConformance.Tests.Support;
using Orleans;
using Orleans.Concurrency;

namespace Granary.HostConformance.Tests.Turns;

public interface ITurnGrain : IGrainWithStringKey
{
    Task<int> IncrementSlowly();

    Task<bool> ComesBackAfterAwaits();

    Task<bool> StartedTasksStay();

    Task<bool> LeavesWithTaskRun();

    Task Hold(string entered, string release);

    Task Mark();

    [ReadOnly]
    Task HoldReading(string entered, string release);

    [AlwaysInterleave]
    Task<int> Marks();
}

public class TurnGrain : Grain, ITurnGrain
{
    private int _count;
    private int _marks;
    private int _inside;

    /// <summary>Loses increments as soon as two requests are in it at once.</summary>
    public async Task<int> IncrementSlowly()
    {
        Assert.Equal(1, ++_inside);
        var before = _count;
        await Task.Yield();
        await Task.Run(static () => { });
        _count = before + 1;
        _inside--;
        return _count;
    }

    public async Task<bool> ComesBackAfterAwaits()
    {
        var scheduler = TaskScheduler.Current;
        await Task.Yield();
        var same = ReferenceEquals(scheduler, TaskScheduler.Current);
        await Task.Run(static () => { });
        return same && ReferenceEquals(scheduler, TaskScheduler.Current) && scheduler != TaskScheduler.Default;
    }

    public async Task<bool> StartedTasksStay()
    {
        var scheduler = TaskScheduler.Current;
        return ReferenceEquals(scheduler, await Task.Factory.StartNew(static () => TaskScheduler.Current));
    }

    public async Task<bool> LeavesWithTaskRun() => await Task.Run(static () => TaskScheduler.Current) == TaskScheduler.Default;

    public async Task Hold(string entered, string release)
    {
        Barriers.Open(entered);
        await Barriers.Wait(release);
    }

    public Task HoldReading(string entered, string release) => Hold(entered, release);

    public Task Mark()
    {
        _marks++;
        return Task.CompletedTask;
    }

    public Task<int> Marks() => Task.FromResult(_marks);
}

public interface IReentrantTurnGrain : ITurnGrain;

[Reentrant]
public sealed class ReentrantTurnGrain : TurnGrain, IReentrantTurnGrain;

public interface ISpinningGrain : IGrainWithStringKey
{
    /// <summary>Queues work on its own turns without end until the gate opens.</summary>
    Task Spin(string entered, string release);
}

public sealed class SpinningGrain : Grain, ISpinningGrain
{
    public async Task Spin(string entered, string release)
    {
        Barriers.Open(entered);
        while (!Barriers.IsOpen(release))
            await Task.Yield();
    }
}
