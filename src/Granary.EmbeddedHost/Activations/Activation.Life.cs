using Granary.EmbeddedHost.Timers;
using Orleans;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Activations;

/// <summary>An activation from its first request to its end.</summary>
internal sealed partial class Activation
{
    private readonly TaskCompletionSource _ended;
    private readonly HashSet<GrainTimer> _timers = [];
    private ActivationLifecycle? _lifecycle;
    private DeactivationReason _reason;
    private DeactivationReason? _stopWhenActive;
    private bool _ending;
    private long _keepUntil;
    private volatile ActivationState _state;

    public ActivationState State
    {
        get => _state;
        private set => _state = value;
    }

    /// <summary>When it last ran a request, as a timestamp of the host's clock.</summary>
    public long IdleSince { get; private set; }

    public Task Deactivated => _ended.Task;

    public IGrainLifecycle ObservableLifecycle => _lifecycle ??= new ActivationLifecycle();

    protected override void OnDrained()
    {
        if (_used || _gate.Running > 0)
            IdleSince = _runtime.Time.GetTimestamp();
        _used = false;
    }

    private void BeginActivation()
    {
        State = ActivationState.Activating;
        _ = ActivateAsync();
    }

    private async Task ActivateAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(_runtime.ActivationTimeout, _runtime.Time);
            GrainInstance = Kind.Description.Create(this);
            if (_lifecycle is not null)
                await _lifecycle.StartAsync(GrainLifecycleStage.Activate - 1, timeout.Token);
            await ((IGrainBase)GrainInstance).OnActivateAsync(timeout.Token);
            if (_lifecycle is not null)
                await _lifecycle.StartAsync(GrainLifecycleStage.Last, timeout.Token);
        }
        catch (Exception e)
        {
            _runtime.Log.ActivationFailed(e, GrainId);
            _reason = new(DeactivationReasonCode.ActivationFailed, e, "Failed to activate.");
            await EndAsync();
            foreach (var call in TakeWaiting())
                call.Fail(e);
            return;
        }
        State = ActivationState.Active;
        Pump();
        if (_stopWhenActive is { } reason)
            StopTaking(reason);
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        if (IsInTurn)
            StopTaking(deactivationReason);
        else
            Enqueue(() => StopTaking(deactivationReason));
    }

    /// <summary>Ends the activation if it is still unused since the time given.</summary>
    public void DeactivateIfIdle(long since) => Enqueue(() =>
    {
        if (State == ActivationState.Active && _gate.Running == 0 && _waiting.Count == 0 && IdleSince <= since && !_used)
            StopTaking(new(DeactivationReasonCode.ActivationIdle, "It was idle for its collection age."));
    });

    public bool MayCollect(long now)
        => State == ActivationState.Active && Kind.CollectionAge < TimeSpan.MaxValue && Volatile.Read(ref _keepUntil) <= now
            && _runtime.Time.GetElapsedTime(IdleSince, now) >= Kind.CollectionAge && !HasWork;

    public void Delay(TimeSpan time)
    {
        var until = time == TimeSpan.MaxValue || time == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : time <= TimeSpan.Zero ? 0 : _runtime.Time.GetTimestamp() + (long)(time.TotalSeconds * _runtime.Time.TimestampFrequency);
        Volatile.Write(ref _keepUntil, until);
    }

    public void AddTimer(GrainTimer timer) => _timers.Add(timer);

    public void RemoveTimer(GrainTimer timer) => _timers.Remove(timer);

    private void StopTaking(DeactivationReason reason)
    {
        switch (State)
        {
            case ActivationState.Created:
                _reason = reason;
                _ = EndAsync();
                break;
            case ActivationState.Activating:
                _stopWhenActive ??= reason;
                break;
            case ActivationState.Active:
                _reason = reason;
                State = ActivationState.Deactivating;
                if (_gate.Running == 0)
                    BeginDeactivation();
                break;
        }
    }

    private void BeginDeactivation()
    {
        if (_ending)
            return;
        _ending = true;
        _ = DeactivateAsync();
    }

    private async Task DeactivateAsync()
    {
        foreach (var timer in _timers.ToArray())
            timer.Dispose();
        try
        {
            using var timeout = new CancellationTokenSource(_runtime.DeactivationTimeout, _runtime.Time);
            await ((IGrainBase)GrainInstance!).OnDeactivateAsync(_reason, timeout.Token).WaitAsync(timeout.Token);
            if (_lifecycle is not null)
                await _lifecycle.StopAsync(timeout.Token);
        }
        catch (Exception e)
        {
            _runtime.Log.DeactivationFailed(e, GrainId);
        }
        await EndAsync();
    }

    /// <summary>Leaves the directory first, so that what still comes finds a new activation.</summary>
    private async Task EndAsync()
    {
        State = ActivationState.Ended;
        foreach (var timer in _timers.ToArray())
            timer.Dispose();
        _runtime.Directory.Remove(this);
        if (_reason.ReasonCode != DeactivationReasonCode.ActivationFailed)
        {
            foreach (var call in TakeWaiting())
                _runtime.Reroute(call);
        }
        try
        {
            if (GrainInstance is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else if (GrainInstance is IDisposable disposable)
                disposable.Dispose();
            if (_scope is { } scope)
                await scope.DisposeAsync();
        }
        catch (Exception e)
        {
            _runtime.Log.DeactivationFailed(e, GrainId);
        }
        _ended.TrySetResult();
    }

    private List<Calls.GrainCall> TakeWaiting()
    {
        var calls = _waiting.ToList();
        _waiting.Clear();
        return calls;
    }
}
