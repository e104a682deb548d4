using Granary.Abstractions;
using Granary.Caching;
using Granary.Model;

namespace Granary.Rest.Tasks;

/// <summary>
/// Pieces of the output of tasks that have ended, for a short time: however many pages look at the log of a failed task, its node is asked once. The caller has
/// seen the task's status, and with it that it may; what a task that has ended wrote does not change, unless something it left behind still writes.
/// </summary>
internal sealed class EndedLogs
{
    private readonly Cache<Piece, LogChunk>? _pieces;

    public EndedLogs(RestOptions options, TimeProvider time)
    {
        if (options.LogCacheBytes == 0) return;
        var cache = new CacheOptions { Capacity = options.LogCacheBytes, TimeToLive = options.LogCacheAge, NegativeTimeToLive = TimeSpan.Zero };
        _pieces = new(cache, (_, chunk) => Overhead + chunk.Data.Length, time);
    }

    /// <summary>About what an empty piece takes in memory, in bytes.</summary>
    private const int Overhead = 200;

    /// <summary>As <see cref="ITaskGrain.ReadLog"/>. What is not found is asked for anew each time: its node may be away for a moment.</summary>
    public async Task<LogChunk> Read(TaskView seen, ITaskGrain task, bool errors, long offset, int maxBytes, CancellationToken cancel)
    {
        if (_pieces is null || !seen.State.IsFinal()) return await task.ReadLog(errors, offset, maxBytes).WaitAsync(cancel);
        var piece = await _pieces.FindOrLoadAsync(new Piece(seen.Id, seen.Attempt, errors, offset, maxBytes), async (_, stop) =>
        {
            var read = await task.ReadLog(errors, offset, maxBytes).WaitAsync(stop);
            return read.Found ? Lookup<LogChunk>.Of(read) : Lookup<LogChunk>.Absent;
        }, cancel: cancel);
        return piece.Found ? piece.Value : new LogChunk(0, [], 0, false);
    }

    private readonly record struct Piece(TaskId Task, int Attempt, bool Errors, long Offset, int MaxBytes);
}
