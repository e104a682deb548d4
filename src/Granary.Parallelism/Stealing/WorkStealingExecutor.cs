using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Stealing;

/// <summary>
/// Threads with deques of their own that steal from each other (Blumofe and Leiserson, "Scheduling multithreaded computations by work stealing", 1999), for work that
/// computes: loops whose grain adapts, forks within forks, and single pieces. Work that hangs costs its thread alone: a spare takes its place.
/// </summary>
/// <remarks>Nothing here waits for input or output: what does belongs to the thread pool, or keeps a worker from working.</remarks>
public sealed partial class WorkStealingExecutor : IDisposable
{
    private readonly ConcurrentQueue<WorkItem> _submitted = new();
    private readonly Worker[] _workers;
    private readonly int _guests;
    private readonly ITimer _watch;
    private long _faults;
    private int _stopping;

    /// <exception cref="ArgumentOutOfRangeException">An option outside what its description allows.</exception>
    public WorkStealingExecutor(WorkStealingOptions? options = null)
    {
        Options = (options ?? new()).Validated();
        var spares = Options.Spares ?? Options.Workers;
        // as many guests as workers: with more, the machine is full anyway
        _guests = Options.Workers + spares;
        _workers = [.. Enumerable.Range(0, _guests + Options.Workers).Select(n => new Worker(this, n, KindOf(n)))];
        _started = Options.Workers;
        for (var i = 0; i < _started; i++) _workers[i].Thread!.Start();
        _watch = Time.CreateTimer(static e => ((WorkStealingExecutor)e!).Watch(), this, Options.HangsAfter, Options.HangsAfter);
    }

    /// <summary>Workers that lie down. In lines of its own: whoever puts work down reads it.</summary>
    internal Position Lying;

    internal WorkStealingOptions Options { get; }

    internal TimeProvider Time => Options.Time;

    internal bool Stopping => Volatile.Read(ref _stopping) != 0;

    internal Worker[] Threads => _workers;

    public WorkStealingStatistics Statistics =>
        new(_workers.Sum(w => w.Executed), _workers.Sum(w => w.Stolen), Volatile.Read(ref _faults), Volatile.Read(ref _hanging), Volatile.Read(ref _started) - Options.Workers);

    /// <summary>Runs it some time; what it throws is counted, and told to <see cref="WorkStealingOptions.OnFault"/>.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public void Post(Action action) => Submit(new PostedItem(action));

    /// <summary>Runs it some time.</summary>
    /// <returns>What became of it. Cancelled when <paramref name="cancel"/> came before it began, or the executor was disposed of before.</returns>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public Task<T> Run<T>(Func<T> function, CancellationToken cancel = default)
    {
        var item = new RunItem<T>(function, cancel);
        Submit(item);
        return item.Task;
    }

    /// <inheritdoc cref="Run{T}(Func{T}, CancellationToken)"/>
    public Task Run(Action action, CancellationToken cancel = default) => Run(() =>
    {
        action();
        return true;
    }, cancel);

    /// <summary>Runs both, at once if a worker is free, and returns when both have ended. They may do the same in turn, to any depth.</summary>
    /// <exception cref="AggregateException">What they threw. When one throws before the other has begun, that one does not run.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed of, and this is no thread of its own.</exception>
    public void Invoke(Action first, Action second)
    {
        if (Own() is { } worker) Invoke(worker, first, second);
        else AsGuest((first, second), static (a, guest) => Invoke(guest, a.first, a.second));
    }

    /// <summary>Runs the body for every number from <paramref name="from"/> to before <paramref name="to"/>, in any order, and returns when all have ended.</summary>
    /// <inheritdoc cref="ForRange" path="/exception"/>
    public void For(long from, long to, Action<long> body, CancellationToken cancel = default) => ForRange(from, to, (start, end) =>
    {
        for (var i = start; i < end; i++) body(i);
    }, cancel);

    /// <summary>The same with a body that is given a part of the range (from, to before), for loops that share work between steps.</summary>
    /// <exception cref="AggregateException">What bodies threw; parts that had not begun are left out then.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: parts that had not begun are left out.</exception>
    /// <exception cref="ArgumentOutOfRangeException">More than 2^63 - 1 numbers.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed of, and this is no thread of its own.</exception>
    public void ForRange(long from, long to, Action<long, long> body, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        if (from >= to) return;
        if (to - from < 0) throw new ArgumentOutOfRangeException(nameof(to), "a range holds at most 2^63 - 1 numbers");
        if (Own() is { } worker) Loop(worker, from, to, body, cancel);
        else AsGuest((from, to, body, cancel), static (a, guest) => Loop(guest, a.from, a.to, a.body, a.cancel));
    }

    /// <summary>Applies a function to every item and gives the results in the items' order.</summary>
    /// <exception cref="Exception">What the function threw of the earliest item of which it threw, as it was thrown; items that had not begun are left out then.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TResult[] Map<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> function, CancellationToken cancel = default)
    {
        var results = new TResult[items.Count];
        (long Index, ExceptionDispatchInfo Failure)? first = null;
        var gate = new Lock();
        try
        {
            For(0, items.Count, i =>
            {
                try
                {
                    results[i] = function(items[(int)i]);
                }
                catch (Exception e)
                {
                    lock (gate)
                        if (first is not { } earlier || i < earlier.Index) first = (i, ExceptionDispatchInfo.Capture(e));
                    throw;
                }
            }, cancel);
        }
        catch (AggregateException) when (first is not null)
        {
            first.Value.Failure.Throw();
        }
        return results;
    }

    /// <summary>
    /// Refuses what comes, cancels what has not begun, and waits for what runs, up to <see cref="WorkStealingOptions.StopsWithin"/>. Threads that hang for longer are
    /// left behind; they end with their work, or with the process.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0) return;
        _watch.Dispose();
        Interlocked.MemoryBarrier();
        foreach (var worker in _workers) worker.WakeIfAsleep();
        var until = Environment.TickCount64 + (long)Options.StopsWithin.TotalMilliseconds;
        foreach (var worker in _workers.AsSpan(0, Volatile.Read(ref _started)))
            if (worker != Worker.Current) worker.Thread!.Join((int)Math.Clamp(until - Environment.TickCount64, 0, int.MaxValue));
        CancelWaiting();
        // what lies with those that hang
        foreach (var worker in _workers)
            while (worker.Forks.Steal() is { } fork) fork.Cancel();
    }

    internal void Fault(Exception e)
    {
        Interlocked.Increment(ref _faults);
        try
        {
            Options.OnFault?.Invoke(e);
        }
        catch (Exception)
        {
            // who is told of faults has one himself: there is nobody left to tell
        }
    }

    internal WorkItem? TakeSubmitted() => _submitted.TryDequeue(out var item) ? item : null;

    /// <summary>What nobody has begun, wherever it waits.</summary>
    internal void CancelWaiting()
    {
        while (TakeSubmitted() is { } item) item.Cancel();
        foreach (var worker in _workers)
            while (worker.Posted.Steal() is { } item) item.Cancel();
    }

    private static void Invoke(Worker worker, Action first, Action second)
    {
        var join = new ForkJoin(worker, default);
        join.Add();
        worker.Fork(new ForkItem(join, second));
        try
        {
            first();
        }
        catch (Exception e)
        {
            join.Fail(e);
        }
        worker.Join(join);
        join.ThrowIfFailed();
    }

    private static void Loop(Worker worker, long from, long to, Action<long, long> body, CancellationToken cancel)
    {
        var join = new ForkJoin(worker, cancel);
        join.Add();
        new LoopItem(join, body, from, to, grain: 1).Execute(worker);
        worker.Join(join);
        join.ThrowIfFailed();
    }

    /// <summary>A thread from outside takes part in what it asks for, if there is a place; else it waits.</summary>
    private void AsGuest<T>(T argument, Action<T, Worker> work)
    {
        ObjectDisposedException.ThrowIf(Stopping, this);
        for (var i = _guests; i < _workers.Length; i++)
        {
            if (!_workers[i].TryEnter(out var before)) continue;
            try
            {
                work(argument, _workers[i]);
            }
            finally
            {
                _workers[i].Leave(before);
            }
            return;
        }
        var join = new ForkJoin(null, default);
        join.Add();
        ExceptionDispatchInfo? failure = null;
        Submit(new ForkItem(join, () =>
        {
            try
            {
                work(argument, Worker.Current!);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }));
        join.Wait();
        failure?.Throw();
        join.ThrowIfFailed();
    }

    private WorkerKind KindOf(int number) => number < Options.Workers ? WorkerKind.Regular : number < _guests ? WorkerKind.Spare : WorkerKind.Guest;

    private Worker? Own() => Worker.Current is { } worker && worker.Executor == this ? worker : null;

    private void Submit(WorkItem item)
    {
        ObjectDisposedException.ThrowIf(Stopping, this);
        if (Own() is { } worker) worker.Posted.Put(item);
        else _submitted.Enqueue(item);
        Wake(fork: false);
        // between the look and the entry everybody may have left
        if (Stopping) CancelWaiting();
    }
}
