namespace Granary.Parallelism.Batching;

/// <summary>
/// Runs one piece of work for all who ask for it. Each gets a run that began after it asked, never the one under way, whose outcome may be from before; however many ask
/// meanwhile, one run follows, and no two are under way at once. Any thread may ask.
/// </summary>
/// <param name="work">Never throws: what it throws would come out at whoever asked.</param>
public sealed class JoinedRuns(Func<Task> work)
{
    private readonly Lock _gate = new();
    private Task? _running;
    private Task? _next;

    /// <summary>Completes when a run has ended that began after this call.</summary>
    /// <param name="cancellation">Ends the wait, not the run.</param>
    public Task RunAsync(CancellationToken cancellation)
    {
        Task mine;
        lock (_gate)
        {
            // one that waits for its turn has not begun, even where the one before it has just ended
            if (_next is not null) mine = _next;
            else if (_running is null or { IsCompleted: true }) mine = _running = work();
            else mine = _next = AfterAsync(_running);
        }
        return mine.WaitAsync(cancellation);
    }

    private async Task AfterAsync(Task before)
    {
        // never on the asker's stack, where _next would be set after it began
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task mine;
        lock (_gate)
        {
            _next = null;
            mine = _running = work();
        }
        await mine.ConfigureAwait(false);
    }
}
