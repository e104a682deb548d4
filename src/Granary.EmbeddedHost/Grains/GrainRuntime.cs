using Granary.EmbeddedHost.Activations;
using Granary.EmbeddedHost.Storage;
using Orleans;
using Orleans.Core;
using Orleans.Runtime;
using Orleans.Timers;

namespace Granary.EmbeddedHost.Grains;

/// <summary>What <see cref="Grain"/> asks of the host.</summary>
internal sealed class GrainRuntime(IGrainFactory factory, ITimerRegistry timers, IServiceProvider services, TimeProvider time, IPersistentStateFactory states)
    : IGrainRuntime
{
    public IGrainFactory GrainFactory => factory;

    public ITimerRegistry TimerRegistry => timers;

    public IServiceProvider ServiceProvider => services;

    public TimeProvider TimeProvider => time;

    public void DeactivateOnIdle(IGrainContext grainContext)
        => grainContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "DeactivateOnIdle was called."));

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan) => ((Activation)grainContext).Delay(timeSpan);

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext)
        => states.Create<TGrainState>(grainContext, new PersistentStateAttribute(PersistentStateFactory.GrainStateName));
}
