using Granary.EmbeddedHost.Scheduling;

namespace Granary.EmbeddedHost.Simulation;

/// <summary>
/// A part of a simulation that can die at any point, as a process does: a silo, an agent, a client. Once killed nothing of it runs again:
/// its turns, its continuations and its timers are dropped. It has a clock of its own, which may go wrong.
/// </summary>
public sealed class SimulationProcess : IWorkScheduler
{
    private readonly SimulationScheduler _simulation;
    private readonly ProcessTime _time;
    private readonly Context _context;

    /// <param name="simulation">Runs it.</param>
    public SimulationProcess(SimulationScheduler simulation)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        _simulation = simulation;
        _time = new ProcessTime(this);
        _context = new Context(this);
    }

    public bool IsAlive { get; private set; } = true;

    /// <summary>The simulation's clock as this process sees it.</summary>
    public TimeProvider Time => _time;

    /// <summary>How far its wall clock is off; its timers are not.</summary>
    public TimeSpan Skew { get; set; }

    public void Kill() => IsAlive = false;

    /// <summary>Runs <paramref name="work"/> now, as a part of this process: what follows its awaits dies with it.</summary>
    public void Run(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (!IsAlive)
            return;
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    TaskCreationOptions IWorkScheduler.PromiseOptions => TaskCreationOptions.None;

    void IWorkScheduler.Schedule(WorkQueue queue) => _simulation.Add(new Turn(this, queue));

    /// <remarks>One item at a time: between any two there may be one of another queue.</remarks>
    bool IWorkScheduler.ShouldYield(int items, long startedAtMilliseconds) => true;

    /// <summary>A queue that runs, if its process still lives by then.</summary>
    internal sealed record Turn(SimulationProcess Process, WorkQueue Queue);

    private sealed class Context(SimulationProcess process) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => process._simulation.Add((Action)(() => process.Run(() => d(state))));

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }

    private sealed class ProcessTime(SimulationProcess process) : TimeProvider
    {
        private TimeProvider Base => process._simulation.Time;

        public override long TimestampFrequency => Base.TimestampFrequency;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => Base.GetUtcNow() + process.Skew;

        public override long GetTimestamp() => Base.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer? timer = null;
            timer = Base.CreateTimer(
                s =>
                {
                    if (process.IsAlive)
                        process.Run(() => callback(s));
                    else
                        timer!.Dispose();
                },
                state, dueTime, period);
            return timer;
        }
    }
}
