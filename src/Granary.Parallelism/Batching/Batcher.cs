using System.Buffers;
using Granary.Parallelism.Queues;

namespace Granary.Parallelism.Batching;

/// <summary>
/// Gathers what many callers add and hands it over in batches, one at a time, as large and as late as the goal allows (<see cref="BatchController"/>). While
/// one is handled the next gathers. Nothing is lost: an item is handled once, and its caller learns how its batch ended.
/// </summary>
public sealed class Batcher<T> : IAsyncDisposable
{
    private readonly Func<ReadOnlyMemory<T>, Task> _handle;
    private readonly BatchController _controller;
    private readonly BatchingOptions _options;
    private readonly SegmentedQueue<Entry> _arrived = new();
    private readonly Queue<Entry> _waiting = new();
    private readonly SemaphoreSlim _room, _signal = new(0);
    private readonly ITimer _timer;
    private readonly Task _loop;
    private int _count, _wakeAt = 1, _signalled, _adding;
    private bool _closed;
    private long _items, _batches, _misses;

    /// <param name="handle">Handles a batch, which is its own until it returns. What it throws is thrown to every caller of that batch.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option outside what its description allows.</exception>
    public Batcher(Func<ReadOnlyMemory<T>, Task> handle, BatchingOptions? options = null)
    {
        _handle = handle;
        _options = (options ?? new()).Validated();
        _controller = new(_options);
        _room = new(_options.MaxWaiting);
        // what runs for all callers runs in the context of none
        using (ExecutionContext.SuppressFlow())
        {
            _timer = _options.Time.CreateTimer(static b => ((Batcher<T>)b!).Signal(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _loop = Task.Run(RunAsync);
        }
    }

    public BatchingStatistics Statistics => new(Volatile.Read(ref _items), Volatile.Read(ref _batches), Volatile.Read(ref _misses));

    /// <summary>Completes when the item's batch has been handled.</summary>
    /// <param name="cancel">Ends the wait for room. An item that has room will be handled.</param>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    /// <exception cref="OperationCanceledException">There was no room before it was cancelled; the item is not handled.</exception>
    public async Task AddAsync(T item, CancellationToken cancel = default)
    {
        var at = _options.Time.GetTimestamp();
        Interlocked.Increment(ref _adding);
        Task done;
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
            if (!_room.Wait(0, CancellationToken.None)) await _room.WaitAsync(cancel).ConfigureAwait(false);
            var entry = new Entry(item, at, new(TaskCreationOptions.RunContinuationsAsynchronously));
            done = entry.Done.Task;
            _arrived.Enqueue(entry);
            if (Interlocked.Increment(ref _count) >= Volatile.Read(ref _wakeAt)) Signal();
        }
        finally
        {
            // the loop does not end before who was let in has added
            if (Interlocked.Decrement(ref _adding) == 0 && Volatile.Read(ref _closed)) Signal();
        }
        await done.ConfigureAwait(false);
    }

    /// <summary>Refuses what comes, and completes when all that was added has been handled.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _closed, true);
        Interlocked.MemoryBarrier();
        Signal();
        await _loop.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0) _signal.Release();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            Gather();
            if (_waiting.Count == 0)
            {
                if (Volatile.Read(ref _closed) && Volatile.Read(ref _adding) == 0 && Volatile.Read(ref _count) == 0) return;
                await Signalled(1, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
                continue;
            }
            var oldest = Waited(_waiting.Peek().At);
            if (_waiting.Count < _controller.Size && oldest < _controller.Wait && !Volatile.Read(ref _closed))
            {
                await Signalled(_controller.Size, TimeSpan.FromSeconds(_controller.Wait - oldest)).ConfigureAwait(false);
                continue;
            }
            await HandleAsync(_controller.Take(_waiting.Count, oldest)).ConfigureAwait(false);
        }
    }

    private void Gather()
    {
        while (_arrived.TryDequeue(out var entry)) _waiting.Enqueue(entry);
    }

    /// <summary>Completes when that many wait, when the time is over, or when it closes; now and then for nothing.</summary>
    private async Task Signalled(int wakeAt, TimeSpan within)
    {
        Volatile.Write(ref _wakeAt, wakeAt);
        Interlocked.MemoryBarrier();
        // who came before that line does not know of it
        if (Volatile.Read(ref _count) >= wakeAt || Volatile.Read(ref _closed)) Signal();
        if (within != Timeout.InfiniteTimeSpan)
        {
            // a timer of less than a millisecond would fire at once
            _timer.Change(within < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : within, Timeout.InfiniteTimeSpan);
        }
        await _signal.WaitAsync().ConfigureAwait(false);
        Volatile.Write(ref _signalled, 0);
        Interlocked.MemoryBarrier();
        Volatile.Write(ref _wakeAt, int.MaxValue);
    }

    private async Task HandleAsync(int count)
    {
        var entries = ArrayPool<Entry>.Shared.Rent(count);
        var items = ArrayPool<T>.Shared.Rent(count);
        for (var i = 0; i < count; i++)
        {
            entries[i] = _waiting.Dequeue();
            items[i] = entries[i].Item;
        }
        Interlocked.Add(ref _count, -count);
        _room.Release(count);
        var began = _options.Time.GetTimestamp();
        Exception? failure = null;
        try
        {
            await _handle(items.AsMemory(0, count)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = e;
        }
        var misses = 0;
        for (var i = 0; i < count; i++)
            if (Waited(entries[i].At) > _options.Goal.TotalSeconds) misses++;
        _controller.Observe(count, Waited(began), misses);
        Volatile.Write(ref _items, _items + count);
        Volatile.Write(ref _batches, _batches + 1);
        Volatile.Write(ref _misses, _misses + misses);
        for (var i = 0; i < count; i++)
        {
            if (failure is null) entries[i].Done.SetResult();
            else entries[i].Done.SetException(failure);
        }
        ArrayPool<Entry>.Shared.Return(entries, clearArray: true);
        ArrayPool<T>.Shared.Return(items, clearArray: true);
    }

    private double Waited(long since) => _options.Time.GetElapsedTime(since).TotalSeconds;

    private readonly record struct Entry(T Item, long At, TaskCompletionSource Done);
}

/// <param name="Items">Handled.</param>
/// <param name="Batches">Handled.</param>
/// <param name="Misses">Items that took longer than the goal.</param>
public readonly record struct BatchingStatistics(long Items, long Batches, long Misses);
