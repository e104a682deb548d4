namespace Granary.Storage;

internal sealed class DeleteFinishedWrite(string pool, DateTimeOffset before, int maxRows) : Write<int>
{
    public override void Apply(WriteConnection connection) =>
        Result(connection.Tasks.DeleteFinishedBefore(connection.PoolId(pool), UnixTime.Micros(before), maxRows));
}
