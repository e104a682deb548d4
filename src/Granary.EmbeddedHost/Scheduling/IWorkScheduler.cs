namespace Granary.EmbeddedHost.Scheduling;

/// <summary>Decides when and where queues with work run. All of the host's queued work goes through it.</summary>
internal interface IWorkScheduler
{
    /// <summary>Runs the queue once, some time later. A queue is never scheduled twice before it ran.</summary>
    void Schedule(WorkQueue queue);

    /// <summary>A queue that has run this long or this often gives others their turn.</summary>
    bool ShouldYield(int items, long startedAtMilliseconds);

    /// <summary>How the tasks of callers go on.</summary>
    TaskCreationOptions PromiseOptions { get; }
}

/// <summary>Runs queues on the thread pool, first come first served.</summary>
internal sealed class ThreadPoolScheduler : IWorkScheduler
{
    private const int ItemsPerTurn = 128;
    private const long MillisecondsPerTurn = 10;

    public static readonly ThreadPoolScheduler Instance = new();

    public TaskCreationOptions PromiseOptions => TaskCreationOptions.RunContinuationsAsynchronously;

    /// <remarks>The pool's global queue, not the thread's own: a busy pair of grains must not keep a thread to itself.</remarks>
    public void Schedule(WorkQueue queue) => ThreadPool.UnsafeQueueUserWorkItem(queue, preferLocal: false);

    public bool ShouldYield(int items, long startedAtMilliseconds)
        => items >= ItemsPerTurn || (items & 7) == 0 && Environment.TickCount64 - startedAtMilliseconds > MillisecondsPerTurn;
}
