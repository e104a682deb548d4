using System.Reflection;
using Granary.EmbeddedHost.Serialization;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Granary.EmbeddedHost.Calls;

/// <summary>One call: its arguments, and on the way back its result. The generator derives a class per method.</summary>
/// <remarks>
/// The same object is the message, the request that an activation runs, and the promise that the caller awaits, so that a call
/// within a process costs two allocations: this and the caller's task.
/// </remarks>
public abstract class GrainCall : IInvokable
{
    private int _closed;

    public abstract GrainMethod Method { get; }

    internal GrainId TargetId;
    internal GrainReference? Target;
    internal GrainId SourceId;
    internal IGrainContext? SourceContext;
    internal Dictionary<string, object>? Context;
    internal CallOptions Options;

    /// <summary>Where the outcome goes when the caller is not of this process.</summary>
    internal ICallSink? Sink;
    internal ulong SinkId;

    /// <summary>What it took on the wire.</summary>
    internal int WireBytes;

    /// <summary>Who runs the call.</summary>
    internal ICallHost? Host;
    internal bool Started;
    internal bool Finished;

    /// <summary>Filters ran the method, and took its outcome.</summary>
    internal bool Filtered;
    internal Exception? Fault;
    internal Exclusion Exclusion;

    /// <summary>The host's own call, such as a timer's tick, which does not count as use of the activation.</summary>
    internal bool IsBackground;

    /// <summary>How long the caller waits; the method's or the host's own when null.</summary>
    internal TimeSpan? Timeout;

    /// <summary>The caller may cancel from another process.</summary>
    internal bool WantsToken;
    internal CancellationTokenSource? Cancellation;
    internal CancellationTokenRegistration CancellationRegistration;

    /// <summary>The place among the calls that wait for an outcome.</summary>
    internal IPendingCalls? Pending;
    internal GrainCall? Previous;
    internal GrainCall? Next;
    internal long Deadline;
    internal ulong CorrelationId;

    internal bool IsClosed => Volatile.Read(ref _closed) != 0;

    public virtual int GetArgumentCount() => 0;

    public virtual object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    public virtual void SetArgument(int index, object value) => throw new ArgumentOutOfRangeException(nameof(index));

    public string GetMethodName() => Method.Name;

    public string GetInterfaceName() => Method.InterfaceName;

    public Type GetInterfaceType() => Method.InterfaceType;

    public MethodInfo GetMethod() => Method.Info;

    public TimeSpan? GetDefaultResponseTimeout() => Method.ResponseTimeout;

    public virtual CancellationToken GetCancellationToken() => default;

    /// <summary>Replaces the token argument, where the method has one.</summary>
    public virtual void SetCancellationToken(CancellationToken token)
    {
    }

    /// <summary>Copies the arguments that the caller could still change.</summary>
    public virtual void CopyArguments()
    {
    }

    /// <summary>Writes the arguments as fields, without the end mark.</summary>
    public virtual void WriteArguments(WireWriter writer)
    {
    }

    /// <summary>Reads fields up to and with the end mark.</summary>
    public virtual void ReadArguments(ref WireReader reader)
    {
        while (reader.ReadTag(out _, out var type))
            reader.Skip(type);
    }

    /// <summary>A call of the same method with the same arguments, for filters to look at the outcome of before the caller does.</summary>
    internal GrainCall Fork()
    {
        var call = Method.Create();
        for (var i = 0; i < GetArgumentCount(); i++)
            call.SetArgument(i, GetArgument(i)!);
        (call.Target, call.TargetId, call.SourceId, call.SourceContext) = (Target, TargetId, SourceId, SourceContext);
        (call.Context, call.Options) = (Context, Options);
        return call;
    }

    /// <summary>Starts the method. It may be done on return, or later with a word to <see cref="Host"/>.</summary>
    internal abstract void Begin(object target);

    /// <summary>Takes the outcome of the method into <see cref="Fault"/> or the result, and copies it.</summary>
    internal abstract void Take();

    /// <summary>Runs the method for filters, which may look at the outcome and change it.</summary>
    internal abstract Task InvokeAsync(object target);

    /// <summary>Copies the result that <see cref="InvokeAsync"/> and the filters left.</summary>
    internal abstract void Seal();

    internal abstract object? BoxedResult { get; set; }

    internal abstract void WriteResult(WireWriter writer);

    internal abstract void ReadResult(ref WireReader reader);

    /// <summary>Waits for the outcome on the caller's side.</summary>
    internal abstract Task Outcome(TaskCreationOptions options);

    private protected abstract void SetTask();

    /// <summary>Tells the host on the spot when the method is done, which is as a rule within the turn of its last step.</summary>
    /// <remarks>An awaiter would not do: in a turn, which has a scheduler of its own, it goes to the thread pool and back.</remarks>
    internal void NotifyWhenDone(Task method) => method.ContinueWith(
        static (_, call) => ((GrainCall)call!).Host!.OnMethodDone((GrainCall)call),
        this,
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.DenyChildAttach,
        TaskScheduler.Default);

    /// <summary>Gives the outcome to the caller, once.</summary>
    internal void Complete()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        Close();
        if (Sink is not null)
            Sink.Respond(this);
        else
            SetTask();
    }

    /// <summary>Gives an exception to the caller, if nothing was given before.</summary>
    internal bool Fail(Exception exception)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return false;
        Fault = exception;
        Close();
        if (Sink is not null)
            Sink.Respond(this);
        else
            SetTask();
        return true;
    }

    private void Close()
    {
        Pending?.Remove(this);
        CancellationRegistration.Unregister();
    }

    public override string ToString() => $"{Method} on {TargetId}";
}

/// <summary>What a running request keeps out.</summary>
internal enum Exclusion : byte
{
    None,
    /// <summary>Requests that are not read-only.</summary>
    Reader,
    /// <summary>Every other request.</summary>
    Writer,
}

/// <summary>Runs calls in turns.</summary>
internal interface ICallHost
{
    /// <summary>The method of the call is done. May come from any thread.</summary>
    void OnMethodDone(GrainCall call);
}

/// <summary>Takes outcomes to callers elsewhere.</summary>
internal interface ICallSink
{
    void Respond(GrainCall call);
}

/// <summary>Calls that wait for an outcome, with their deadlines.</summary>
internal interface IPendingCalls
{
    void Remove(GrainCall call);
}
