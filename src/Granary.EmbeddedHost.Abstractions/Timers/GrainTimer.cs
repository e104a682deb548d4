using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>When a grain's timer fires.</summary>
    public readonly struct GrainTimerCreationOptions()
    {
        [SetsRequiredMembers]
        public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
            : this()
        {
            DueTime = dueTime;
            Period = period;
        }

        /// <summary>The time to the first call; <see cref="Timeout.InfiniteTimeSpan"/> for not yet.</summary>
        public required TimeSpan DueTime { get; init; }

        /// <summary>The time from the end of a call to the next; <see cref="Timeout.InfiniteTimeSpan"/> for once.</summary>
        public required TimeSpan Period { get; init; }

        /// <summary>The call may interleave with requests of the grain. Off: it waits for them, as another request would.</summary>
        public bool Interleave { get; init; }

        /// <summary>A call of the timer counts as use of the activation.</summary>
        public bool KeepAlive { get; init; }
    }

    /// <summary>A timer of one activation. It ends with the activation; disposing ends it early.</summary>
    public interface IGrainTimer : IDisposable
    {
        void Change(TimeSpan dueTime, TimeSpan period);
    }
}

namespace Orleans.Timers
{
    /// <summary>Registers timers of activations.</summary>
    public interface ITimerRegistry
    {
        IGrainTimer RegisterGrainTimer<TState>(
            IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options);
    }
}
