using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Messaging;
using Granary.EmbeddedHost.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Activations;

/// <summary>One activation of a grain: its mailbox, its turns and its life. This part: requests.</summary>
internal sealed partial class Activation : WorkQueue, IGrainContext, ICallHost, ICallChainReentrantContext, IWorkItemScheduler
{
    private readonly LocalRuntime _runtime;
    private readonly RequestGate _gate;
    private readonly Queue<GrainCall> _waiting = new();
    private Dictionary<Type, object>? _components;
    private AsyncServiceScope? _scope;
    private GrainReference? _reference;
    private Action? _pump;
    private bool _used;

    public Activation(LocalRuntime runtime, GrainId id, GrainKind kind)
        : base(runtime.Scheduler)
    {
        _runtime = runtime;
        GrainId = id;
        Kind = kind;
        _ended = new TaskCompletionSource(runtime.PromiseOptions);
        Number = runtime.NextActivationNumber();
        _gate = new RequestGate(kind.IsReentrant);
        IdleSince = runtime.Time.GetTimestamp();
    }

    public GrainKind Kind { get; }

    /// <summary>The order in which activations were made; what the host does to several of them it does in this order.</summary>
    public long Number { get; }

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    public LocalRuntime Runtime => _runtime;

    public GrainReference GrainReference => _reference ??= Kind.Interface is { } type
        ? _runtime.Reference(GrainId, GrainRegistry.GetInterface(type))
        : throw new InvalidOperationException($"{Kind.Description.Type.Name} has no grain interface to refer to it by.");

    /// <remarks>The scope is made when first asked for; most grains use singletons only, but the scope is how theirs differ.</remarks>
    public IServiceProvider ActivationServices => (_scope ??= _runtime.Services.CreateAsyncScope()).ServiceProvider;

    public IWorkItemScheduler Scheduler => this;

    protected override IGrainContext Context => this;

    /// <summary>Runs one item of the mailbox: a request that comes, or one whose method is done.</summary>
    protected override void RunCall(GrainCall call)
    {
        if (call.Started)
        {
            OnMethodDone(call);
            return;
        }
        switch (State)
        {
            case ActivationState.Active when _gate.MayEnter(call):
                Run(call);
                if (State == ActivationState.Deactivating)
                    Pump();
                break;
            case ActivationState.Ended:
                _runtime.Reroute(call);
                break;
            default:
                _waiting.Enqueue(call);
                if (State == ActivationState.Created)
                    BeginActivation();
                break;
        }
    }

    private void Run(GrainCall call)
    {
        if (call.IsClosed)
            return;
        if (!call.IsBackground)
            _used = true;
        call.Started = true;
        call.Host = this;
        _gate.Enter(call);
        if (call.Context is not null)
            RequestContext.Values.Value = call.Context;
        if (call.WantsToken || call.GetCancellationToken().CanBeCanceled)
            GiveOwnToken(call);
        if ((Kind.FiltersCalls || _runtime.Filters.HasIncoming) && !call.Method.IsInternal)
            RunFiltered(call);
        else
            call.Begin(TargetOf(call));
        if (call.Finished)
            Finish(call);
    }

    /// <remarks>The caller's token would run the grain's callbacks on the caller's thread; this one cancels in a turn.</remarks>
    private static void GiveOwnToken(GrainCall call)
    {
        call.Cancellation = new CancellationTokenSource();
        call.SetCancellationToken(call.Cancellation.Token);
    }

    private void RunFiltered(GrainCall call)
    {
        call.Filtered = true;
        var run = _runtime.Filters.InvokeIncoming(call, this, TargetOf(call));
        if (run.IsCompleted)
            call.Finished = true;
        else
            call.NotifyWhenDone(run);
    }

    /// <summary>Called where the method's last step ran, which may be outside the turns: then it comes again as an item.</summary>
    public void OnMethodDone(GrainCall call)
    {
        if (!IsInTurn)
        {
            Enqueue(call);
            return;
        }
        if (!call.Filtered)
            call.Take();
        call.Finished = true;
        Finish(call);
        if (_waiting.Count > 0 || State == ActivationState.Deactivating)
            Enqueue(_pump ??= Pump);
    }

    private void Finish(GrainCall call)
    {
        _gate.Leave(call);
        call.Cancellation?.Dispose();
        if (call.Fault is Orleans.Storage.InconsistentStateException { IsSourceActivation: true } conflict)
        {
            conflict.IsSourceActivation = false;
            Deactivate(new(DeactivationReasonCode.ApplicationError, conflict, "Its stored state is not the one it read."));
        }
        call.Complete();
    }

    /// <summary>Lets in what may run now, oldest first. An item of its own, so that no request runs in the context of another.</summary>
    private void Pump()
    {
        if (State == ActivationState.Active)
        {
            for (var left = _waiting.Count; left > 0; left--)
            {
                var call = _waiting.Dequeue();
                if (call.IsClosed)
                    continue;
                if (State == ActivationState.Active && _gate.MayEnter(call))
                {
                    Run(call);
                    LeaveContext();
                }
                else
                {
                    _waiting.Enqueue(call);
                }
            }
        }
        if (State == ActivationState.Deactivating && _gate.Running == 0)
            BeginDeactivation();
    }

    private object TargetOf(GrainCall call) => call.Method.InterfaceType == typeof(Streams.IStreamConsumer)
        ? Streams.StreamConsumer.Of(this)
        : GrainInstance!;

    /// <summary>Signals cancellation to a request that runs.</summary>
    public void CancelCall(GrainCall call) => Enqueue(() =>
    {
        if (call is { Started: true, Finished: false })
            call.Cancellation?.Cancel();
    });

    public void OnEnterReentrantSection(Guid reentrancyId)
    {
        _gate.OpenChain(reentrancyId);
        if (_waiting.Count > 0)
            Enqueue(_pump ??= Pump);
    }

    public void OnExitReentrantSection(Guid reentrancyId) => _gate.CloseChain(reentrancyId);

    public void QueueAction(Action action) => Enqueue(action);

    void IWorkItemScheduler.QueueTask(Task task) => task.Start(this);

    public TComponent? GetComponent<TComponent>() where TComponent : class
        => GrainInstance as TComponent ?? (_components?.GetValueOrDefault(typeof(TComponent)) as TComponent);

    public void SetComponent<TComponent>(TComponent? value) where TComponent : class
    {
        _components ??= [];
        if (value is null)
            _components.Remove(typeof(TComponent));
        else
            _components[typeof(TComponent)] = value;
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override string ToString() => $"activation of {GrainId}";
}
