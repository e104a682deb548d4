using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Granary.Parallelism.Pipelines;

/// <summary>One run of a pipeline: its tasks, and what ended it.</summary>
internal sealed class PipelineRun : IAsyncDisposable
{
    private readonly CancellationToken _outer;
    private readonly CancellationTokenSource _stop;
    private readonly List<Task> _stages = [];
    private ExceptionDispatchInfo? _failure;
    private int _following;
    private TaskCompletionSource? _followed;

    public PipelineRun(CancellationToken cancel) => (_outer, _stop) = (cancel, CancellationTokenSource.CreateLinkedTokenSource(cancel));

    /// <summary>Starts a stage's tasks; its output ends when the last of them has.</summary>
    public void Start<T>(ChannelWriter<T> output, params Func<CancellationToken, Task>[] tasks)
    {
        async Task Stage()
        {
            await Task.WhenAll(tasks.Select(t => Task.Run(() => Guard(t)))).ConfigureAwait(false);
            output.TryComplete();
        }
        _stages.Add(Stage());
    }

    /// <summary>A piece of work whose end the run waits for, whoever else does.</summary>
    public void Follow(Task work)
    {
        Interlocked.Increment(ref _following);
        work.ContinueWith(
            static (done, run) => ((PipelineRun)run!).Followed(done), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>False when there is nothing more, for whatever reason.</summary>
    public async ValueTask<bool> HasMoreAsync<T>(ChannelReader<T> reader)
    {
        try
        {
            return await reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits for all of it and throws what it failed of.</summary>
    public async Task EndAsync()
    {
        await Task.WhenAll(_stages).ConfigureAwait(false);
        _failure?.Throw();
        _outer.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_stages).ConfigureAwait(false);
        var followed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _followed, followed);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _following) > 0) await followed.Task.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Followed(Task done)
    {
        if (done.Exception is { } e) Fail(e.InnerException ?? e);
        if (Interlocked.Decrement(ref _following) == 0) Volatile.Read(ref _followed)?.TrySetResult();
    }

    private async Task Guard(Func<CancellationToken, Task> task)
    {
        try
        {
            await task(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // another stage has said why
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void Fail(Exception e)
    {
        if (_stop.IsCancellationRequested && e is OperationCanceledException) return;
        Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        try
        {
            _stop.Cancel();
        }
        catch (Exception listener) when (listener is AggregateException or ObjectDisposedException)
        {
            // a listener of the token failed while being stopped: the first failure is the one to tell
        }
    }
}
