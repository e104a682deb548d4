namespace Granary.Storage;

/// <summary>What one caller waits for while its write shares a transaction with others: given once that is durable.</summary>
internal sealed class WriteResult<T>
{
    private readonly TaskCompletionSource<T> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _refusal;
    private T? _result;

    public Task<T> Made => _made.Task;

    /// <remarks>A transaction that met another may be made again: then either is said twice, and the last one counts.</remarks>
    public void Result(T result) => (_result, _refusal) = (result, null);

    /// <summary>A refusal that concerns only this caller.</summary>
    public void Refuse(Exception refusal) => _refusal = refusal;

    /// <summary>The transaction is durable.</summary>
    public void Complete()
    {
        if (_refusal is null) _made.SetResult(_result!);
        else _made.SetException(_refusal);
    }

    /// <remarks>Each caller gets an exception of its own: a shared one would collect the stack traces of all.</remarks>
    public void Fail(StorageException fault) => _made.SetException(new StorageException(fault.Fault, fault.Message, fault));
}
