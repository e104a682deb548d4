using Granary.EmbeddedHost.Activations;
using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Messaging;
using Orleans;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Grains;

/// <summary>Makes references; in a silo with the ids of grain classes, in a client with placeholders for them.</summary>
internal abstract class GrainFactoryBase(CallRuntime runtime, ObserverTable observers) : IGrainFactory
{
    protected abstract GrainType TypeFor(Type grainInterface, string? classNamePrefix);

    public T GetGrain<T>(string primaryKey, string? grainClassNamePrefix = null) where T : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrEmpty(primaryKey);
        return Make<T>(IdSpan.Create(primaryKey), grainClassNamePrefix);
    }

    public T GetGrain<T>(Guid primaryKey, string? grainClassNamePrefix = null) where T : IGrainWithGuidKey
        => Make<T>(GrainIdKeyExtensions.CreateGuidKey(primaryKey), grainClassNamePrefix);

    public T GetGrain<T>(long primaryKey, string? grainClassNamePrefix = null) where T : IGrainWithIntegerKey
        => Make<T>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey), grainClassNamePrefix);

    public T GetGrain<T>(GrainId grainId) where T : IAddressable => (T)(object)runtime.Reference(grainId, GrainRegistry.GetInterface(typeof(T)));

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => Make(grainInterfaceType, IdSpan.Create(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey)
        => Make(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey)
        => Make(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey));

    public T CreateObjectReference<T>(IGrainObserver obj) where T : IGrainObserver => observers.Create<T>(obj);

    public void DeleteObjectReference<T>(IGrainObserver obj) where T : IGrainObserver => observers.Delete(obj);

    private T Make<T>(IdSpan key, string? prefix)
        => (T)(object)runtime.Reference(new GrainId(TypeFor(typeof(T), prefix), key), GrainRegistry.GetInterface(typeof(T)));

    private IGrain Make(Type type, IdSpan key)
        => (IGrain)runtime.Reference(new GrainId(TypeFor(type, null), key), GrainRegistry.GetInterface(type));
}

/// <summary>The factory and the client of a silo's process: calls stay in the process.</summary>
internal sealed class LocalGrainFactory(LocalRuntime runtime, GrainClassTable classes) : GrainFactoryBase(runtime, runtime.Observers), IClusterClient
{
    public IServiceProvider ServiceProvider => runtime.Services;

    protected override GrainType TypeFor(Type grainInterface, string? classNamePrefix) => classes.Resolve(grainInterface, classNamePrefix).Type;
}
