using System.Text;
using Granary.Abstractions;
using Granary.Client;
using Granary.Model;

internal static class ReadmeExample
{
    public static async Task RunAsync(GranaryClientOptions? options, TextWriter output)
    {
        // README-BEGIN
        await using var granary = await GranaryClient.ConnectAsync(options); // null: the server on this machine

        // One task. It is durable once its id is here.
        var hello = await granary.SubmitAsync(new TaskSpec
        {
            Agent = "physics",
            Command = ["sh", "-c", "echo hello from $GRANARY_NODE"],
            Resources = new ResourceSet { CpuMilli = 500, MemoryMiB = 64 },
        });
        var ended = await granary.WaitAsync(hello, timeout: TimeSpan.FromMinutes(1));
        output.WriteLine($"{ended.Id} {ended.State}");
        await foreach (var piece in granary.LogsAsync(hello)) output.Write(Encoding.UTF8.GetString(piece.Span));

        // What happens in the pool from now on, while the rest goes on.
        using var enough = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var change in granary.WatchAsync(ct: enough.Token))
                output.WriteLine($"{change.At:T} {change.Id} {change.Name} {change.State} {change.Reason}");
        });

        // Many in one go: an array of 100, and a summary that waits for all of it.
        var square = new TaskSpec { Agent = "physics", Name = "square", Command = ["sh", "-c", "echo $((GRANARY_INDEX * GRANARY_INDEX))"] };
        var summary = new TaskSpec { Agent = "physics", Name = "summary", Command = ["echo", "all done"], Deadline = TimeSpan.FromMinutes(10) };
        var batch = await granary.SubmitManyAsync([new SubmitItem(square, Count: 100), new SubmitItem(summary, AfterItems: [0])]);
        await granary.WaitAsync(batch.IdsOf(1)[0]);

        await granary.CancelAsync(batch.Ids, "no longer needed"); // what has ended is left as it is
        await enough.CancelAsync();
        await watching.ContinueWith(_ => { }, TaskScheduler.Default);
        // README-END
    }
}
