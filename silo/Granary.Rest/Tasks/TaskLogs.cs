using Granary.Abstractions;
using Granary.Model;
using Granary.Rest.Events;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Http;

namespace Granary.Rest.Tasks;

/// <summary>Sends a task's output as it is on its node, and with <c>follow</c> as it grows, until the task has ended.</summary>
internal sealed class TaskLogs(Cluster cluster, OpenStreams streams, EndedLogs ended)
{
    private const int ChunkBytes = 256 * 1024;

    /// <summary>How long to wait for more before looking again; also the longest that new output stays unseen.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    public async Task Send(HttpContext context, TaskId id)
    {
        var query = new QueryReader(context.Request, "stream", "offset", "follow");
        var errors = query.Text("stream") switch
        {
            "" or "stdout" => false,
            "stderr" => true,
            var other => throw GranaryException.Invalid($"query parameter 'stream' is '{Text.Clip(other)}'; expected stdout or stderr"),
        };
        var offset = query.Number("offset", 0, -Quantity.Max, long.MaxValue);
        var follow = query.Flag("follow");
        var task = cluster.TaskOf(id);
        var view = await task.Status();
        var first = await ended.Read(view, task, errors, offset, ChunkBytes, context.RequestAborted);
        if (!first.Found && (!follow || view.State.IsFinal()))
            throw GranaryException.NotFound($"{id} has no {(errors ? "stderr" : "stdout")} ({view.State}); {(view.State.IsFinal() ? "it wrote none, or its node no longer has it" : "it has not begun: wait for it, or pass follow=true")}");
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers["X-Log-Offset"] = first.Offset.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var open = follow ? streams.Open(context) : null;
        try
        {
            await Copy(context, view, task, errors, offset, first, follow, open?.Stopping ?? context.RequestAborted);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The server stops. An orderly end of the body would say that the task has ended.
            context.Abort();
        }
    }

    private async Task Copy(HttpContext context, TaskView view, ITaskGrain task, bool errors, long wanted, LogChunk chunk, bool follow, CancellationToken stopping)
    {
        var over = false;
        while (true)
        {
            if (chunk.Data.Length > 0) await context.Response.Body.WriteAsync(chunk.Data, stopping);
            var next = chunk.Found ? chunk.Offset + chunk.Data.Length : wanted;
            var more = chunk.Found && chunk.Data.Length > 0 && next < chunk.Length;
            if (!more)
            {
                // The last look comes after the task was seen to have ended: what it wrote last is in it.
                if (!follow || over) return;
                await context.Response.Body.FlushAsync(stopping);
                over = (await task.Wait(LookAgain).WaitAsync(stopping)).State.IsFinal();
            }
            chunk = await ended.Read(view, task, errors, next, ChunkBytes, stopping);
        }
    }
}
