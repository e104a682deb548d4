namespace Granary.Parallelism.Batching;

/// <summary>
/// Runs one piece of work for all who ask for it. Each gets a run that began after it asked, never the one under way, whose outcome may be from before; however many ask
/// meanwhile, one run follows. Any thread may ask.
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
            if (_running is null or { IsCompleted: true }) mine = _running = work();
            else mine = _next is null or { IsCompleted: true } ? _next = AfterAsync(_running) : _next;
        }
        return mine.WaitAsync(cancellation);
    }

    private async Task AfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task mine;
        lock (_gate)
        {
            _next = null;
            mine = _running = work();
        }
        await mine.ConfigureAwait(false);
    }
}
