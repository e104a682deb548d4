namespace Granary.Execution;

/// <summary>
/// From a join to the first sign that the server which answered it is gone. A poll whose server was killed has no answer coming, and some hosts say so
/// only after their call timeout, long after the node would have been given up: the next heartbeat finds out, and ends the poll.
/// </summary>
internal sealed class TouchWithServer(CancellationToken cancel) : IDisposable
{
    // who waits goes on where it began to wait, not on another thread: in a simulation too
    private readonly TaskCompletionSource<Exception> _lost = new();

    /// <summary>Ends what waits with <paramref name="error"/>; only the first counts.</summary>
    public void Lost(Exception error) => _lost.TrySetResult(error);

    /// <summary>What <paramref name="call"/> brings, or why the touch was lost.</summary>
    /// <exception cref="TimeoutException">It took longer than <paramref name="limit"/>.</exception>
    public async Task<T> While<T>(Task<T> call, TimeSpan limit, TimeProvider time)
    {
        var either = await Task.WhenAny(call, _lost.Task).WaitAsync(limit, time, cancel);
        if (either == call) return await call;
        _ = call.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        throw await _lost.Task;
    }

    public void Dispose() => _lost.TrySetCanceled(CancellationToken.None);
}
