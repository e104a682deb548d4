using Granary.EmbeddedHost.Serialization;

namespace Granary.EmbeddedHost.Calls;

/// <summary>A call of a method with a result.</summary>
public abstract class GrainCall<T> : GrainCall
{
    private ValueTask<T> _running;
    private T _result = default!;
    private TaskCompletionSource<T>? _promise;

    /// <summary>Calls the method on the grain.</summary>
    protected abstract ValueTask<T> Start(object target);

    protected abstract Codec<T> ResultCodec { get; }

    /// <summary>The result may be shared between grain and caller: the method is marked <c>[return: Immutable]</c>.</summary>
    protected virtual bool SharesResult => false;

    internal Task<T> Promise(TaskCreationOptions options) => (_promise ??= new(options)).Task;

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
        _running = new ValueTask<T>(task);
        NotifyWhenDone(task);
    }

    internal sealed override void Take()
    {
        Finished = true;
        try
        {
            _result = Copy(_running.GetAwaiter().GetResult());
        }
        catch (Exception e)
        {
            Fault = e;
        }
        _running = default;
    }

    internal sealed override async Task InvokeAsync(object target) => _result = await Start(target);

    internal sealed override void Seal() => _result = Copy(_result);

    internal sealed override object? BoxedResult
    {
        get => _result;
        set => _result = (T)value!;
    }

    internal T Copy(T value)
    {
        if (SharesResult || Sink is not null)
            return value;
        var codec = ResultCodec;
        return codec.IsShallow ? value : codec.Copy(value);
    }

    internal sealed override void WriteResult(WireWriter writer)
    {
        var codec = ResultCodec;
        writer.WriteTag(0, codec.WireType);
        codec.Write(writer, _result);
    }

    internal sealed override void ReadResult(ref WireReader reader)
    {
        var codec = ResultCodec;
        while (reader.ReadTag(out var id, out var type))
        {
            if (id == 0)
            {
                reader.Expect(type, codec.WireType, Method.Name, 0);
                _result = codec.Read(ref reader);
            }
            else
            {
                reader.Skip(type);
            }
        }
    }

    private protected sealed override void SetTask()
    {
        if (_promise is null)
            return;
        if (Fault is not null)
            _promise.TrySetException(Fault);
        else
            _promise.TrySetResult(_result);
    }
}
