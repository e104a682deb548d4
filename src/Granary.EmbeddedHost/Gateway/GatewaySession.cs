using System.Reflection;
using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Messaging;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>A connection's requests on their way to grains: they pass what its caller must pass.</summary>
internal sealed class GatewaySession(LocalRuntime runtime, GatewayOptions options, IGatewayCaller? caller, IGatewayTurns? large, RequestTally tally) : IConnectionOwner
{
    public CallRuntime Runtime => runtime;

    public int MaxMessageBytes => options.MaxMessageBytes;

    public int MaxRequests => options.MaxRequestsPerConnection;

    public IGatewayTurns? Large => large;

    public RequestTally Tally => tally;

    public void Run(GrainCall call)
    {
        GatewayMeters.Calls.Add(1);
        try
        {
            call.TargetId = Grains.PlaceholderId.Resolve(call.TargetId, runtime.Classes);
            if (caller is not null && !caller.Passes(call.Method.InterfaceType, call.Method.Name, call.TargetId.Key.ToString()))
            {
                _ = GuardAsync(call, caller);
                return;
            }
        }
        catch (Exception e)
        {
            call.Fail(e);
            return;
        }
        runtime.Dispatch(call);
    }

    private async Task GuardAsync(GrainCall call, IGatewayCaller guard)
    {
        try
        {
            await guard.InvokeAsync(new Guarded(call, runtime)).ConfigureAwait(false);
            call.Complete();
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }

    /// <summary>The guard sees the client's call; what reaches the grain is one of its own, whose outcome the guard may still change.</summary>
    private sealed class Guarded(GrainCall call, LocalRuntime runtime) : IGrainCallContext
    {
        public IInvokable Request => call;

        public object Grain => runtime.Reference(call.TargetId, GrainRegistry.GetInterface(call.Method.InterfaceType));

        public GrainId? SourceId => null;

        public GrainId TargetId => call.TargetId;

        public string InterfaceName => call.Method.InterfaceName;

        public string MethodName => call.Method.Name;

        public MethodInfo InterfaceMethod => call.Method.Info;

        public object? Result
        {
            get => call.BoxedResult;
            set => call.BoxedResult = value;
        }

        public async Task Invoke()
        {
            var inner = call.Fork();
            inner.Timeout = call.Timeout;
            if ((call.Options & CallOptions.OneWay) != 0)
            {
                runtime.Dispatch(inner);
                return;
            }
            var outcome = inner.Outcome(runtime.PromiseOptions);
            runtime.Dispatch(inner);
            await outcome.ConfigureAwait(false);
            call.BoxedResult = inner.BoxedResult;
        }
    }
}
