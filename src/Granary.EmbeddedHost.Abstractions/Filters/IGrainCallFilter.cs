using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans
{
    /// <summary>Runs around every request that the silo's grains receive. A grain may implement it for itself.</summary>
    public interface IIncomingGrainCallFilter
    {
        Task Invoke(IIncomingGrainCallContext context);
    }

    /// <summary>Runs around every call that is sent.</summary>
    public interface IOutgoingGrainCallFilter
    {
        Task Invoke(IOutgoingGrainCallContext context);
    }

    public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

    public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);

    /// <summary>A call on its way through the filters.</summary>
    public interface IGrainCallContext
    {
        IInvokable Request { get; }

        /// <summary>The grain, or the reference that is called.</summary>
        object Grain { get; }

        /// <summary>The grain that calls; null for a client.</summary>
        GrainId? SourceId { get; }

        GrainId TargetId { get; }

        string InterfaceName { get; }

        string MethodName { get; }

        MethodInfo InterfaceMethod { get; }

        /// <summary>The result, after <see cref="Invoke"/>; null for a method without one.</summary>
        object? Result { get; set; }

        /// <summary>Goes on to the next filter, and in the end to the method.</summary>
        Task Invoke();
    }

    /// <summary>A request on its way in.</summary>
    public interface IIncomingGrainCallContext : IGrainCallContext
    {
        IGrainContext TargetContext { get; }

        MethodInfo ImplementationMethod { get; }
    }

    /// <summary>A call on its way out.</summary>
    public interface IOutgoingGrainCallContext : IGrainCallContext
    {
        /// <summary>The activation that calls; null for a client.</summary>
        IGrainContext? SourceContext { get; }
    }
}

namespace Orleans.Serialization.Invocation
{
    /// <summary>A call's method and arguments.</summary>
    public interface IInvokable
    {
        int GetArgumentCount();

        object? GetArgument(int index);

        void SetArgument(int index, object value);

        string GetMethodName();

        string GetInterfaceName();

        Type GetInterfaceType();

        MethodInfo GetMethod();

        CancellationToken GetCancellationToken();

        TimeSpan? GetDefaultResponseTimeout();
    }
}
