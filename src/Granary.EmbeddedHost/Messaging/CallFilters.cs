using System.Reflection;
using Granary.EmbeddedHost.Activations;
using Granary.EmbeddedHost.Calls;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Granary.EmbeddedHost.Messaging;

/// <summary>The filters of a silo or client, in the order they were added.</summary>
internal sealed class CallFilters(IEnumerable<IIncomingGrainCallFilter> incoming, IEnumerable<IOutgoingGrainCallFilter> outgoing)
{
    private readonly IIncomingGrainCallFilter[] _incoming = [.. incoming];
    private readonly IOutgoingGrainCallFilter[] _outgoing = [.. outgoing];

    public bool HasIncoming => _incoming.Length > 0;

    public bool HasOutgoing => _outgoing.Length > 0;

    /// <summary>Runs the method inside the filters; the outcome is in the call.</summary>
    public async Task InvokeIncoming(GrainCall call, Activation activation, object target)
    {
        var filters = target is IIncomingGrainCallFilter own ? [.. _incoming, own] : _incoming;
        try
        {
            await new IncomingContext(call, activation, target, filters).Invoke();
            call.Seal();
        }
        catch (Exception e)
        {
            call.Fault = e;
        }
    }

    /// <summary>Sends the call inside the filters, and gives what they leave to the caller.</summary>
    public async Task InvokeOutgoing(GrainCall call, Func<Task> send)
    {
        try
        {
            await new OutgoingContext(call, _outgoing, send).Invoke();
            call.Complete();
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }

    private abstract class CallContext(GrainCall call)
    {
        protected GrainCall Call { get; } = call;

        public IInvokable Request => Call;

        public GrainId? SourceId => Call.SourceId.IsDefault ? null : Call.SourceId;

        public GrainId TargetId => Call.TargetId;

        public string InterfaceName => Call.Method.InterfaceName;

        public string MethodName => Call.Method.Name;

        public MethodInfo InterfaceMethod => Call.Method.Info;

        public object? Result
        {
            get => Call.BoxedResult;
            set => Call.BoxedResult = value;
        }
    }

    private sealed class IncomingContext(GrainCall call, Activation activation, object target, IIncomingGrainCallFilter[] filters)
        : CallContext(call), IIncomingGrainCallContext
    {
        private int _next;

        public object Grain => target;

        public IGrainContext TargetContext => activation;

        public MethodInfo ImplementationMethod
        {
            get
            {
                var map = target.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType!);
                return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
            }
        }

        public async Task Invoke()
        {
            if (_next < filters.Length)
                await filters[_next++].Invoke(this);
            else
                await Call.InvokeAsync(target);
        }
    }

    private sealed class OutgoingContext(GrainCall call, IOutgoingGrainCallFilter[] filters, Func<Task> send)
        : CallContext(call), IOutgoingGrainCallContext
    {
        private int _next;

        public object Grain => Call.Target!;

        public IGrainContext? SourceContext => Call.SourceContext;

        public Task Invoke() => _next < filters.Length ? filters[_next++].Invoke(this) : send();
    }
}
