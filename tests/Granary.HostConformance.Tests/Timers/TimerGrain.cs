using Granary.HostConformance.Tests.Support;
using Orleans;
using Orleans.Runtime;

namespace Granary.HostConformance.Tests.Timers;

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(TimeSpan due, TimeSpan period, bool interleave);

    Task Stop();

    Task Hold(string entered, string release);

    Task<int> Ticks();

    Task StartFailing(TimeSpan due, TimeSpan period);

    Task StartThatEnds(TimeSpan due, string ended);
}

public sealed class TimerGrain : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private int _ticks;

    public Task Start(TimeSpan due, TimeSpan period, bool interleave)
    {
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions { DueTime = due, Period = period, Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartFailing(TimeSpan due, TimeSpan period)
    {
        _timer = this.RegisterGrainTimer(
            async () =>
            {
                await Tick();
                throw new InvalidOperationException("a tick that fails");
            },
            due, period);
        return Task.CompletedTask;
    }

    public Task StartThatEnds(TimeSpan due, string ended)
    {
        _timer = this.RegisterGrainTimer(
            async (string name, CancellationToken token) =>
            {
                _timer!.Dispose();
                if (token.IsCancellationRequested)
                    Barriers.Open(name);
                await Tick();
            },
            ended, due, due);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public async Task Hold(string entered, string release)
    {
        Barriers.Open(entered);
        await Barriers.Wait(release);
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);

    private Task Tick()
    {
        _ticks++;
        Barriers.Open($"{this.GetPrimaryKeyString()}/{_ticks}");
        return Task.CompletedTask;
    }
}
