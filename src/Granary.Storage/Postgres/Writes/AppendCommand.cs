using Granary.Model;
using Npgsql;

namespace Granary.Storage;

/// <summary>All appends of one commit, as one call of the function <c>append</c>.</summary>
internal sealed class AppendCommand
{
    private const string Sql = "SELECT append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29,$30)";

    private readonly PostgresAppend[] _appends;

    /// <param name="appends">In the order of their callers.</param>
    public AppendCommand(IEnumerable<PostgresAppend> appends) =>
        // by name: a second server locks the pools in the same order, so that neither waits for the other for ever. The sort is stable.
        _appends = [.. appends.OrderBy(a => a.Append.Pool, StringComparer.Ordinal)];

    public NpgsqlBatchCommand Command()
    {
        var command = new NpgsqlBatchCommand(Sql);
        Add(command, Column(a => a.Pool));
        Add(command, Column(a => a.Sequence));
        Add(command, PostgresSchema.RecordFormat);
        Add(command, Column(a => (long)Crc32C.Of(a.Payload.Span)));
        Add(command, Column(a => a.Payload));
        var rows = new TaskArrays();
        for (var i = 0; i < _appends.Length; i++)
        {
            var finished = _appends[i].Append.Finished;
            for (var j = 0; j < finished.Count; j++) rows.Add(i + 1, finished[j]);
        }
        rows.AddTo(command.Parameters);
        return command;
    }

    /// <param name="met">For each append the last sequence it met.</param>
    public void Read(long[] met)
    {
        for (var i = 0; i < _appends.Length; i++) _appends[i].Met(met[i]);
    }

    private T[] Column<T>(Func<PoolAppend, T> value) => Array.ConvertAll(_appends, a => value(a.Append));

    private static void Add<T>(NpgsqlBatchCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
