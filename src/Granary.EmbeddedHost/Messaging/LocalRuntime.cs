using Granary.EmbeddedHost.Activations;
using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Messaging;

/// <summary>Takes calls made in the silo's process, or come through its gateway, to activations and observers.</summary>
internal sealed class LocalRuntime : CallRuntime
{
    /// <summary>The key of a clock for response timeouts alone, for a test that owns the other clock; Orleans has the same.</summary>
    private const string MessagingTime = "Orleans.Messaging";

    private readonly PendingCalls _pending;
    private long _lastActivation;
    private volatile bool _stopping;
    private volatile bool _stopped;

    public LocalRuntime(
        IServiceProvider services, TimeProvider time, IWorkScheduler scheduler, GrainClassTable classes, CallFilters filters, HostLog log,
        IOptions<SiloMessagingOptions> messaging, IOptions<GrainCollectionOptions> collection)
    {
        Services = services;
        Time = time;
        Scheduler = scheduler;
        PromiseOptions = scheduler.PromiseOptions;
        Classes = classes;
        Filters = filters;
        Log = log;
        ActivationTimeout = collection.Value.ActivationTimeout;
        DeactivationTimeout = collection.Value.DeactivationTimeout;
        Directory = new ActivationDirectory(this, classes);
        Observers = new ObserverTable(this);
        _pending = new PendingCalls(services.GetKeyedService<TimeProvider>(MessagingTime) ?? time, messaging.Value.ResponseTimeout, OnTimeout);
    }

    public IServiceProvider Services { get; }

    public TimeProvider Time { get; }

    public IWorkScheduler Scheduler { get; }

    public GrainClassTable Classes { get; }

    public CallFilters Filters { get; }

    public HostLog Log { get; }

    public ActivationDirectory Directory { get; }

    public ObserverTable Observers { get; }

    public TimeSpan ActivationTimeout { get; }

    public TimeSpan DeactivationTimeout { get; }

    public long NextActivationNumber() => Interlocked.Increment(ref _lastActivation);

    public override GrainReference Reference(GrainId id, GrainInterface type) => type.Create(new ReferenceSeed(this, Grains.PlaceholderId.Resolve(id, Classes), type));

    public override void Send(GrainCall call)
    {
        if (RuntimeContext.Current is { } source)
        {
            call.SourceContext = source;
            call.SourceId = source.GrainId;
        }
        call.Context = RequestContext.Values.Value;
        if (Filters.HasOutgoing && !call.Method.IsInternal)
            SendFiltered(call);
        else
            Dispatch(call);
    }

    /// <remarks>The filters see a call of its own, whose outcome they may change before the caller gets it.</remarks>
    private void SendFiltered(GrainCall call)
        => _ = Filters.InvokeOutgoing(call, async () =>
        {
            call.Context = RequestContext.Values.Value;
            var inner = call.Fork();
            if ((call.Options & CallOptions.OneWay) != 0)
            {
                Dispatch(inner);
                return;
            }
            var outcome = inner.Outcome(PromiseOptions);
            Dispatch(inner);
            await outcome;
            call.BoxedResult = inner.BoxedResult;
        });

    /// <summary>Sends a call that has its source and context.</summary>
    public void Dispatch(GrainCall call)
    {
        try
        {
            if (_stopped || _stopping && call.SourceContext is null && !call.IsBackground)
                throw new SiloUnavailableException("The server is stopping and takes no more calls.");
            call.CopyArguments();
            if ((call.Options & CallOptions.OneWay) == 0)
                Track(call);
            if (!call.IsClosed)
                Route(call);
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }

    /// <summary>Sends what an activation that ended did not take.</summary>
    public void Reroute(GrainCall call)
    {
        if (call.IsClosed)
            return;
        if (_stopped || _stopping)
        {
            call.Fail(new SiloUnavailableException("The server is stopping and takes no more calls."));
            return;
        }
        Route(call);
    }

    private void Track(GrainCall call)
    {
        _pending.Add(call);
        var token = call.GetCancellationToken();
        if (token.CanBeCanceled)
            call.CancellationRegistration = token.UnsafeRegister(static (state, token) => OnCancelled((GrainCall)state!, token), call);
    }

    private static void OnCancelled(GrainCall call, CancellationToken token)
    {
        if (call.Fail(new OperationCanceledException(token)))
            Cancel(call);
    }

    /// <summary>Tells the grain that runs the call, if one does, that nobody waits for it any more.</summary>
    public static void Cancel(GrainCall call)
    {
        call.Fail(new OperationCanceledException());
        (call.Host as Activation)?.CancelCall(call);
    }

    private void Route(GrainCall call)
    {
        if (ObserverTable.IsObserver(call.TargetId))
            Observers.Deliver(call);
        else
            Directory.For(call).Enqueue(call);
    }

    private void OnTimeout(GrainCall call, TimeSpan timeout)
        => call.Fail(new TimeoutException($"No response to {call} came within {timeout}; it may or may not have run."));

    /// <summary>Refuses calls from outside, ends every activation once its requests are done, and then refuses all.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        _stopping = true;
        while (!Directory.All.All(a => a.State == ActivationState.Ended) && !cancellation.IsCancellationRequested)
        {
            var ending = Directory.All.OrderBy(a => a.Number).ToList();
            foreach (var activation in ending)
                activation.Deactivate(new(Orleans.DeactivationReasonCode.ShuttingDown, "The server is stopping."), cancellation);
            try
            {
                await Task.WhenAll(ending.Select(a => a.Deactivated)).WaitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                Log.StoppedWithActivations(Directory.Count);
            }
        }
        _stopped = true;
        _pending.FailAll(call => new SiloUnavailableException($"The server stopped before {call} was done; it may or may not have run."));
        _pending.Dispose();
    }
}
