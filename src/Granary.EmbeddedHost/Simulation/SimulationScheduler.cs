using Granary.EmbeddedHost.Scheduling;

namespace Granary.EmbeddedHost.Simulation;

/// <summary>
/// Runs a silo on one thread in virtual time: of all turns that could come next, a generator with a seed chooses. The same seed and the
/// same calls give the same run, so that a failure seen once can be seen again.
/// </summary>
/// <remarks>
/// What it cannot order is what leaves it: <c>Task.Run</c>, real I/O, and <c>ConfigureAwait(false)</c> after an await that has to wait. A
/// silo in a simulation has no gateway, keeps its state in memory, and takes the time from <see cref="Time"/>.
/// </remarks>
public sealed class SimulationScheduler
{
    private readonly Random _random;
    private readonly SimulationTime _time;
    private readonly List<object> _ready = [];
    private readonly Lock _gate = new();

    /// <param name="seed">Chooses among what could come next.</param>
    /// <param name="start">The time at the beginning; 2030-01-01 UTC by default.</param>
    public SimulationScheduler(int seed, DateTimeOffset? start = null)
    {
        _random = new Random(seed);
        _time = new SimulationTime(start ?? new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Main = new SimulationProcess(this);
    }

    /// <summary>The clock of the simulation; give it to everything that runs in it.</summary>
    public TimeProvider Time => _time;

    /// <summary>The process of the code that drives the simulation, and of a silo that is given none of its own.</summary>
    public SimulationProcess Main { get; }

    /// <summary>How many turns, continuations and timers have run.</summary>
    public long Steps { get; private set; }

    /// <summary>Runs <paramref name="main"/>, and with it everything it sets going, until its task is complete.</summary>
    /// <exception cref="InvalidOperationException">Nothing is left to run and no timer is armed, but the task is not complete: a deadlock.</exception>
    public void Run(Func<Task> main) => Run(main, advance: true);

    /// <summary>
    /// Runs as <see cref="Run(Func{Task})"/> does, but with the clock standing still, and waits for work that has left the simulation:
    /// for starting and stopping hosts, which is no part of what is simulated.
    /// </summary>
    public void RunAside(Func<Task> main) => Run(main, advance: false);

    private void Run(Func<Task> main, bool advance)
    {
        Main.Run(() =>
        {
            var task = main();
            while (!task.IsCompleted)
                Step(task, advance);
            task.GetAwaiter().GetResult();
        });
    }

    internal void Add(object work)
    {
        lock (_gate)
            _ready.Add(work);
    }

    private void Step(Task main, bool advance)
    {
        var chosen = Choose();
        if (chosen is null && !advance)
        {
            main.Wait(TimeSpan.FromMilliseconds(1));
            return;
        }
        Steps++;
        switch (chosen)
        {
            case SimulationProcess.Turn turn:
                if (turn.Process.IsAlive)
                    Execute(turn.Queue);
                break;
            case Action continuation:
                continuation();
                break;
            default:
                (_time.TakeNext() ?? throw new InvalidOperationException(
                    "The simulation has nothing left to run and no timer armed, but what it waits for is not complete: a deadlock, or work that left it."))();
                break;
        }
    }

    private static void Execute(WorkQueue queue)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        queue.Execute();
        SynchronizationContext.SetSynchronizationContext(before);
    }

    private object? Choose()
    {
        lock (_gate)
        {
            if (_ready.Count == 0)
                return null;
            var index = _random.Next(_ready.Count);
            var chosen = _ready[index];
            _ready.RemoveAt(index);
            return chosen;
        }
    }
}
