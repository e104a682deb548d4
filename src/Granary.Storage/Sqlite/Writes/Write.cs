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
    private readonly WriteResult<T> _result = new();

    public Task<T> Made => _result.Made;

    public override void Complete() => _result.Complete();

    public override void Fail(StorageException fault) => _result.Fail(fault);

    protected void Result(T result) => _result.Result(result);

    protected void Refuse(Exception refusal) => _result.Refuse(refusal);
}
