namespace Granary.Storage;

/// <summary>One caller's part of a commit.</summary>
internal abstract class Write
{
    /// <summary>
    /// Runs inside the transaction, on the commit thread. A refusal that concerns only this caller is remembered before anything is
    /// written; an exception fails the whole group.
    /// </summary>
    public abstract void Apply(WriteConnection connection);

    /// <summary>The transaction is durable.</summary>
    public abstract void Complete();

    /// <summary>The transaction was not made.</summary>
    public abstract void Fail(StorageException fault);
}

/// <summary>A write with a result, given by <see cref="Made"/> once it is durable.</summary>
internal abstract class Write<T> : Write
{
    private readonly TaskCompletionSource<T> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _refusal;
    private T? _result;

    public Task<T> Made => _made.Task;

    public override void Complete()
    {
        if (_refusal is null) _made.SetResult(_result!);
        else _made.SetException(_refusal);
    }

    // each caller gets an exception of its own: a shared one would collect the stack traces of all
    public override void Fail(StorageException fault) => _made.SetException(new StorageException(fault.Fault, fault.Message, fault));

    protected void Result(T result) => _result = result;

    protected void Refuse(Exception refusal) => _refusal = refusal;
}
