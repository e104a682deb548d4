using System.Collections.Concurrent;
using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Scheduling;
using Orleans;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Messaging;

/// <summary>A process outside that holds observers.</summary>
internal interface IObserverRoute
{
    void Send(GrainCall call);
}

/// <summary>Where calls to observers go: an object of this process, or a client that is connected.</summary>
internal sealed class ObserverTable(CallRuntime runtime, IWorkScheduler scheduler, HostLog log, string clientId)
{
    private static readonly GrainType ObserverType = GrainType.Create("sys.observer");

    private readonly ConcurrentDictionary<string, ObserverQueue> _objects = new();
    private readonly ConcurrentDictionary<string, IObserverRoute> _routes = new();
    private long _lastNumber;

    public ObserverTable(LocalRuntime runtime)
        : this(runtime, runtime.Scheduler, runtime.Log, "silo")
    {
    }

    public static bool IsObserver(GrainId id) => id.Type == ObserverType;

    /// <summary>The client that a key of the form <c>client/number</c> names.</summary>
    private static string ClientOf(GrainId id) => id.Key.ToString() is var key && key.IndexOf('/') is var slash and > 0 ? key[..slash] : key;

    public T Create<T>(IGrainObserver target) where T : IGrainObserver
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target is GrainReference)
            throw new ArgumentException("The object is a reference already.", nameof(target));
        var id = GrainId.Create(ObserverType, $"{clientId}/{Interlocked.Increment(ref _lastNumber)}");
        _objects[id.Key.ToString()] = new ObserverQueue(target, scheduler, log);
        return (T)(object)runtime.Reference(id, GrainRegistry.GetInterface(typeof(T)));
    }

    public void Delete(IGrainObserver reference)
    {
        if (reference is not GrainReference { GrainId: var id })
            throw new ArgumentException("Pass the reference that CreateObjectReference returned.", nameof(reference));
        _objects.TryRemove(id.Key.ToString(), out _);
    }

    public void Connect(string client, IObserverRoute route) => _routes[client] = route;

    public void Disconnect(string client, IObserverRoute route) => _routes.TryRemove(new(client, route));

    public void Deliver(GrainCall call)
    {
        if (_objects.TryGetValue(call.TargetId.Key.ToString(), out var queue))
            queue.Enqueue(call);
        else if (_routes.TryGetValue(ClientOf(call.TargetId), out var route))
            route.Send(call);
        else
            call.Fail(new ClientNotAvailableException($"The observer {call.TargetId.Key} is gone: its client left, or deleted it."));
    }
}

/// <summary>An observer of this process: its calls run one at a time, in the order they came.</summary>
internal sealed class ObserverQueue(IGrainObserver target, IWorkScheduler scheduler, HostLog log) : WorkQueue(scheduler), ICallHost
{
    private readonly Queue<GrainCall> _waiting = new();
    private bool _busy;

    protected override IGrainContext? Context => null;

    protected override void RunCall(GrainCall call)
    {
        if (call.Started)
            OnMethodDone(call);
        else if (_busy)
            _waiting.Enqueue(call);
        else
            Run(call);
    }

    private void Run(GrainCall call)
    {
        if (call.IsClosed)
            return;
        call.Started = true;
        call.Host = this;
        _busy = true;
        RequestContext.Values.Value = call.Context;
        call.Begin(target);
        if (call.Finished)
            Finish(call);
    }

    public void OnMethodDone(GrainCall call)
    {
        if (!IsInTurn)
        {
            Enqueue(call);
            return;
        }
        if (!call.Finished)
            call.Take();
        Finish(call);
        if (_waiting.Count > 0)
            Enqueue((Action)Pump);
    }

    private void Pump()
    {
        while (!_busy && _waiting.TryDequeue(out var next))
        {
            Run(next);
            LeaveContext();
        }
    }

    private void Finish(GrainCall call)
    {
        _busy = false;
        if (call.Fault is { } fault && (call.Options & CallOptions.OneWay) != 0)
            log.ObserverFailed(fault, call.ToString());
        call.Complete();
    }
}
