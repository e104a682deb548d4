using System.Data.Common;
using Npgsql;

namespace Granary.Storage;

/// <summary>One caller's part of a commit.</summary>
internal abstract class PostgresWrite
{
    /// <summary>About how many bytes it sends.</summary>
    public virtual long Bytes => 256;

    /// <summary>What it sends: one command that yields one row. An append yields none of its own, see <see cref="AppendCommand"/>.</summary>
    public abstract NpgsqlBatchCommand Command();

    /// <summary>Reads that row. A refusal that concerns only this caller is remembered.</summary>
    public abstract void Read(DbDataReader row);

    /// <summary>The transaction is durable.</summary>
    public abstract void Complete();

    /// <summary>The transaction was not made, or nobody can tell whether it was.</summary>
    public abstract void Fail(StorageException fault);

    protected static NpgsqlBatchCommand Call(string function, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand($"SELECT * FROM {function}({string.Join(',', Enumerable.Range(1, parameters.Length).Select(i => $"${i}"))})");
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    protected static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}

/// <summary>A write with a result, given by <see cref="Made"/> once it is durable.</summary>
internal abstract class PostgresWrite<T> : PostgresWrite
{
    private readonly WriteResult<T> _result = new();

    public Task<T> Made => _result.Made;

    public override void Complete() => _result.Complete();

    public override void Fail(StorageException fault) => _result.Fail(fault);

    protected void Result(T result) => _result.Result(result);

    protected void Refuse(Exception refusal) => _result.Refuse(refusal);
}
