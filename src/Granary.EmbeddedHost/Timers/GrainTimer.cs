using Granary.EmbeddedHost.Activations;
using Granary.EmbeddedHost.Calls;
using Orleans.Runtime;
using Orleans.Timers;

namespace Granary.EmbeddedHost.Timers;

/// <summary>A timer of an activation. A tick is a request of the grain to itself.</summary>
internal abstract class GrainTimer : IGrainTimer
{
    private readonly Activation _activation;
    private readonly GrainTimerCreationOptions _options;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _disposed = new();
    private TimeSpan _period;
    private bool _ticking;

    protected GrainTimer(Activation activation, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, options.Period);
        _activation = activation;
        _options = options;
        _period = options.Period;
        activation.AddTimer(this);
        _timer = activation.Runtime.Time.CreateTimer(
            static state => ((GrainTimer)state!).Send(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(options.DueTime, Timeout.InfiniteTimeSpan);
    }

    protected CancellationToken Disposed => _disposed.Token;

    /// <summary>Calls the grain's callback.</summary>
    protected abstract Task Callback();

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, period);
        _period = period;
        if (!_disposed.IsCancellationRequested)
            _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        _changed = _ticking;
    }

    private bool _changed;

    public void Dispose()
    {
        _timer.Dispose();
        _activation.RemoveTimer(this);
        _disposed.Cancel();
    }

    private void Send() => _activation.Enqueue(new TickCall(this)
    {
        TargetId = _activation.GrainId,
        IsBackground = !_options.KeepAlive,
        Options = CallOptions.OneWay | (_options.Interleave ? CallOptions.AlwaysInterleave : CallOptions.None),
    });

    private async Task TickAsync()
    {
        if (_disposed.IsCancellationRequested)
            return;
        _ticking = true;
        _changed = false;
        try
        {
            await Callback();
        }
        catch (Exception e) when (e is not OperationCanceledException || !_disposed.IsCancellationRequested)
        {
            _activation.Runtime.Log.TimerFailed(e, _activation.GrainId);
        }
        catch (OperationCanceledException)
        {
        }
        _ticking = false;
        if (!_disposed.IsCancellationRequested && !_changed)
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
    }

    private static void Check(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
    }

    private sealed class TickCall(GrainTimer timer) : VoidGrainCall
    {
        private static readonly GrainMethod Tick = new(
            typeof(IGrainTimer), "Orleans.Runtime.IGrainTimer", "Tick", "Tick", CallOptions.OneWay, null, [], () => throw new InvalidOperationException());

        public override GrainMethod Method => Tick;

        protected override ValueTask Start(object target) => new(timer.TickAsync());
    }
}

/// <inheritdoc/>
internal sealed class GrainTimer<TState>(
    Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    : GrainTimer(activation, options)
{
    protected override Task Callback() => callback(state, Disposed);
}

/// <inheritdoc/>
internal sealed class TimerRegistry : ITimerRegistry
{
    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
        => new GrainTimer<TState>((Activation)grainContext, callback, state, options);
}
