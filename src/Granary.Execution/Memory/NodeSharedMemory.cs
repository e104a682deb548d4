using Granary.Execution.Posix;
using Granary.Memory.Shared;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Execution.Memory;

/// <summary>A node's shared pool: made with the agent, found again by the next one after a crash, kept tidy, and gone when the agent leaves in good order.</summary>
internal sealed partial class NodeSharedMemory : IDisposable
{
    /// <summary>A task that has this label, whatever its value but <c>false</c>, gets the pool's path.</summary>
    public const string Label = "shared-memory";

    /// <summary>The pool's path, for tasks that ask.</summary>
    public const string Variable = "GRANARY_SHARED_MEMORY";

    private readonly SharedPool _pool;
    private readonly ITimer _upkeep;
    private readonly ILogger _logger;
    private int _busy;

    private NodeSharedMemory(SharedPool pool, SharedMemoryOptions options, TimeProvider time, ILogger logger)
    {
        (_pool, _logger) = (pool, logger);
        _upkeep = time.CreateTimer(static self => ((NodeSharedMemory)self!).KeepTidy(), this, options.UpkeepEvery, options.UpkeepEvery);
    }

    public string Path => _pool.Path;

    /// <param name="path">The pool's file.</param>
    /// <param name="user">As whom tasks run: theirs is the file.</param>
    /// <exception cref="GranaryException">There is no room for it.</exception>
    public static NodeSharedMemory Open(string path, SharedMemoryOptions options, TaskUser? user, TimeProvider time, ILogger logger)
    {
        try
        {
            var pool = Earlier(path, options, logger) ?? SharedPool.Create(path, new SharedPoolOptions { Capacity = options.Bytes, DefaultLimit = options.PerAgent }, "granary");
            if (user is not null && Sys.GiveDirectory(path, user.UserId, user.GroupId, 0x180 /* 0600 */) is not 0 and var error)
                throw GranaryException.Refused($"{path} could not be given to {user.Name}: error {error}");
            return new NodeSharedMemory(pool, options, time, logger);
        }
        catch (SharedPoolException e)
        {
            throw GranaryException.Refused($"Node:SharedMemory: {e.Message}");
        }
    }

    /// <summary>Whether a task asks for it.</summary>
    public static bool IsAskedFor(TaskSpec spec) =>
        spec.Labels is { } labels && labels.TryGetValue(Label, out var value) && !string.Equals(value, "false", StringComparison.OrdinalIgnoreCase);

    public void KeepTidy()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0) return;
        try
        {
            _pool.Reclaim();
            _pool.CompressCold(new ColdRules());
        }
        catch (Exception e) when (e is SharedPoolException or ObjectDisposedException)
        {
            LogUntidy(e.Message);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Compresses what is cached and not held, however lately it was used: memory is tight.</summary>
    /// <returns>Bytes that came free within the pool, for other objects; the file keeps its size.</returns>
    public long Squeeze() => _pool.CompressCold(new ColdRules { OlderThan = TimeSpan.Zero }).Bytes;

    /// <summary>Leaves the file to the tasks that go on.</summary>
    public void Dispose()
    {
        _upkeep.Dispose();
        _pool.Dispose();
    }

    /// <summary>The tasks are gone, and so is what they shared.</summary>
    public void Remove()
    {
        Dispose();
        File.Delete(Path);
    }

    /// <summary>What an earlier agent left and living tasks may use. Of another size or damaged: its name goes to a new one, and who has it mapped keeps it.</summary>
    private static SharedPool? Earlier(string path, SharedMemoryOptions options, ILogger logger)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var pool = SharedPool.Open(path, "granary");
            if (pool.Statistics().Capacity >= options.Bytes && pool.Statistics().Capacity - options.Bytes < 65536) return pool;
            pool.Dispose();
        }
        catch (SharedPoolException e)
        {
            LogReplaced(logger, e.Message);
        }
        File.Delete(path);
        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shared pool that an earlier agent left is replaced: {Reason}")]
    private static partial void LogReplaced(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shared pool could not be kept tidy: {Reason}")]
    private partial void LogUntidy(string reason);
}
