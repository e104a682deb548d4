using Granary.EmbeddedHost.Serialization;

namespace Granary.EmbeddedHost.Calls;

/// <summary>A call of a method without a result.</summary>
public abstract class VoidGrainCall : GrainCall
{
    private ValueTask _running;
    private TaskCompletionSource? _promise;

    /// <summary>Calls the method on the grain.</summary>
    protected abstract ValueTask Start(object target);

    internal Task Promise(TaskCreationOptions options) => (_promise ??= new(options)).Task;

    internal override Task Outcome(TaskCreationOptions options) => Promise(options);

    internal sealed override void Begin(object target)
    {
        try
        {
            _running = Start(target);
        }
        catch (Exception e)
        {
            Fault = e;
            Finished = true;
            return;
        }
        if (_running.IsCompleted)
        {
            Take();
            return;
        }
        var task = _running.AsTask();
        _running = new ValueTask(task);
        NotifyWhenDone(task);
    }

    internal sealed override void Take()
    {
        Finished = true;
        try
        {
            _running.GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            Fault = e;
        }
        _running = default;
    }

    internal sealed override async Task InvokeAsync(object target) => await Start(target);

    internal sealed override void Seal()
    {
    }

    internal sealed override object? BoxedResult
    {
        get => null;
        set { }
    }

    internal sealed override void WriteResult(WireWriter writer)
    {
    }

    internal sealed override void ReadResult(ref WireReader reader)
    {
        while (reader.ReadTag(out _, out var type))
            reader.Skip(type);
    }

    private protected sealed override void SetTask()
    {
        if (_promise is null)
            return;
        if (Fault is not null)
            _promise.TrySetException(Fault);
        else
            _promise.TrySetResult();
    }
}
