using Orleans.Core;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>What the base class <see cref="Grain"/> asks of its host; a test may pass its own.</summary>
public interface IGrainRuntime
{
    IGrainFactory GrainFactory { get; }

    ITimerRegistry TimerRegistry { get; }

    IServiceProvider ServiceProvider { get; }

    TimeProvider TimeProvider { get; }

    void DeactivateOnIdle(IGrainContext grainContext);

    void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan);

    IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext);
}
