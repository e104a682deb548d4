namespace Granary.Storage;

internal sealed class AppendWrite(PoolAppend append) : Write<bool>
{
    public override void Apply(WriteConnection connection)
    {
        var pool = connection.PoolId(append.Pool);
        var last = connection.LastSequence(pool);
        if (append.Sequence != last + 1)
        {
            Refuse(new JournalFencedException(append.Pool, append.Sequence, last));
            return;
        }
        connection.InsertRecord(pool, append.Sequence, append.Payload.Span);
        var finished = append.Finished;
        for (var i = 0; i < finished.Count; i++) connection.Tasks.Upsert(pool, finished[i]);
    }
}
