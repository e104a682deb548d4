using System.Text;
using Granary.Model;

namespace Granary.Client.Tests;

public class LogTests
{
    private static readonly TaskSpec Spec = new() { Agent = "a", Command = ["true"] };

    [Fact]
    public async Task Reads_what_there_is_in_pieces()
    {
        var (cluster, client, id) = await WithTaskAsync();
        await using var _ = client;
        cluster.Pool().Outputs[1] = new FakeOutput { Out = "one two three", Error = "oh", ChunkBytes = 5 };
        Assert.Equal(("one two three", 3), await ReadAsync(client.LogsAsync(id)));
        Assert.Equal(("oh", 1), await ReadAsync(client.LogsAsync(id, standardError: true)));
    }

    [Fact]
    public async Task Follows_to_the_end_of_the_task_and_reads_what_came_last()
    {
        var (cluster, client, id) = await WithTaskAsync();
        await using var _ = client;
        var output = cluster.Pool().Outputs[1] = new FakeOutput { Out = "a" };
        output.Steps.Enqueue(o => o.Out += "b");
        output.Steps.Enqueue(_ => { });
        output.Steps.Enqueue(o =>
        {
            o.Out += "c";
            cluster.Pool().MoveSilently(1, TaskState.Failed);
        });
        Assert.Equal(("abc", 3), await ReadAsync(client.LogsAsync(id, follow: true)));
    }

    [Fact]
    public async Task Follows_a_new_attempt_from_its_beginning()
    {
        var (cluster, client, id) = await WithTaskAsync();
        await using var _ = client;
        var output = cluster.Pool().Outputs[1] = new FakeOutput { Out = "first attempt" };
        output.Steps.Enqueue(o => o.Out = "second");
        Assert.Equal(("first attemptsecond", 2), await ReadAsync(client.LogsAsync(id, follow: true)));
    }

    [Fact]
    public async Task No_output_yet_is_nothing_and_no_task_is_not_found()
    {
        var (_, client, id) = await WithTaskAsync();
        await using var _ = client;
        Assert.Equal(("", 0), await ReadAsync(client.LogsAsync(id)));
        var e = await Assert.ThrowsAsync<GranaryException>(() => ReadAsync(client.LogsAsync(new TaskId("default", 9))));
        Assert.Equal(ErrorCode.NotFound, e.Code);
    }

    private static async Task<(string Text, int Pieces)> ReadAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> log)
    {
        var (text, pieces) = (new StringBuilder(), 0);
        await foreach (var piece in log)
        {
            text.Append(Encoding.UTF8.GetString(piece.Span));
            pieces++;
        }
        return (text.ToString(), pieces);
    }

    private static async Task<(FakeCluster, GranaryClient, TaskId)> WithTaskAsync()
    {
        var cluster = FakeCluster.Create();
        var client = cluster.Connect();
        return (cluster, client, await client.SubmitAsync(Spec));
    }
}
