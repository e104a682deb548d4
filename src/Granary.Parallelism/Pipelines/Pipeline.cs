using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Granary.Parallelism.Pipelines;

/// <summary>Where pipelines begin.</summary>
public static class Pipeline
{
    /// <param name="capacity">Items that may wait for the first stage.</param>
    public static Pipeline<T> From<T>(IAsyncEnumerable<T> source, int capacity = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return new(run =>
        {
            var output = Pipeline<T>.Bounded<T>(capacity);
            run.Start(output.Writer, async cancel =>
            {
                await foreach (var item in source.WithCancellation(cancel).ConfigureAwait(false)) await output.Writer.WriteAsync(item, cancel).ConfigureAwait(false);
            });
            return output.Reader;
        });
    }

    /// <inheritdoc cref="From{T}(IAsyncEnumerable{T}, int)"/>
    public static Pipeline<T> From<T>(IEnumerable<T> source, int capacity = 64) => From(source.ToAsyncEnumerable(), capacity);
}

/// <summary>
/// Stages with bounded buffers between them: a slow one holds up those before it. The first failure anywhere, or cancellation, stops all of them, and whoever runs the
/// pipeline hears of it when the last has ended: nothing is left running, provided that what the stages call heeds their token. Without a failure every item goes
/// through every stage once.
/// </summary>
public sealed class Pipeline<T>
{
    private readonly Func<PipelineRun, ChannelReader<T>> _build;

    internal Pipeline(Func<PipelineRun, ChannelReader<T>> build) => _build = build;

    /// <summary>Adds a stage.</summary>
    public Pipeline<TResult> Then<TResult>(Func<T, CancellationToken, ValueTask<TResult>> work, StageOptions? options = null)
    {
        options = (options ?? StageOptions.Default).Validated();
        return new(run =>
        {
            var input = _build(run);
            if (options.Parallelism == 1) return Parallel(run, input, work, 1, options.Capacity);
            return options.Ordered ? Ordered(run, input, work, options) : Parallel(run, input, work, options.Parallelism, options.Capacity);
        });
    }

    /// <summary>Adds a stage that computes.</summary>
    public Pipeline<TResult> Then<TResult>(Func<T, TResult> work, StageOptions? options = null) => Then((item, _) => new ValueTask<TResult>(work(item)), options);

    /// <summary>Runs it and gives what comes out. Who stops reading early stops it.</summary>
    /// <exception cref="Exception">The first that a stage threw.</exception>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        await using var run = new PipelineRun(cancel);
        var reader = _build(run);
        while (await run.HasMoreAsync(reader).ConfigureAwait(false))
            while (reader.TryRead(out var item)) yield return item;
        await run.EndAsync().ConfigureAwait(false);
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="last">Given each result, one at a time.</param>
    /// <exception cref="Exception">The first that a stage threw.</exception>
    public async Task RunAsync(Func<T, CancellationToken, ValueTask> last, CancellationToken cancel = default)
    {
        await foreach (var item in ReadAllAsync(cancel).ConfigureAwait(false)) await last(item, cancel).ConfigureAwait(false);
    }

    internal static Channel<TItem> Bounded<TItem>(int capacity) => Channel.CreateBounded<TItem>(new BoundedChannelOptions(capacity) { SingleWriter = false });

    private static ChannelReader<TResult> Parallel<TResult>(
        PipelineRun run, ChannelReader<T> input, Func<T, CancellationToken, ValueTask<TResult>> work, int workers, int capacity)
    {
        var output = Bounded<TResult>(capacity);
        async Task Work(CancellationToken cancel)
        {
            while (await input.WaitToReadAsync(cancel).ConfigureAwait(false))
                while (input.TryRead(out var item)) await output.Writer.WriteAsync(await work(item, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        run.Start(output.Writer, [.. Enumerable.Repeat(Work, workers)]);
        return output.Reader;
    }

    /// <summary>Work is begun in order, and what it becomes is put in line at once: the line keeps the order, and its bound holds up who begins work.</summary>
    private static ChannelReader<TResult> Ordered<TResult>(
        PipelineRun run, ChannelReader<T> input, Func<T, CancellationToken, ValueTask<TResult>> work, StageOptions options)
    {
        // one more is with who waits for its end
        var begun = Bounded<Task<TResult>>(options.Parallelism - 1);
        var output = Bounded<TResult>(options.Capacity);
        run.Start(begun.Writer, async cancel =>
        {
            while (await input.WaitToReadAsync(cancel).ConfigureAwait(false))
            {
                while (input.TryRead(out var item))
                {
                    await begun.Writer.WaitToWriteAsync(cancel).ConfigureAwait(false);
                    var taken = item;
                    var task = Task.Run(async () => await work(taken, cancel).ConfigureAwait(false), CancellationToken.None);
                    run.Follow(task);
                    await begun.Writer.WriteAsync(task, cancel).ConfigureAwait(false);
                }
            }
        });
        run.Start(output.Writer, async cancel =>
        {
            await foreach (var task in begun.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
                await output.Writer.WriteAsync(await task.ConfigureAwait(false), cancel).ConfigureAwait(false);
        });
        return output.Reader;
    }
}
