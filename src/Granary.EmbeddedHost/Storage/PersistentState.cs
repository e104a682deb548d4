using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Granary.EmbeddedHost.Storage;

/// <inheritdoc/>
internal sealed class PersistentStateFactory : IPersistentStateFactory
{
    /// <summary>The name of the one state of a <see cref="Grain{TGrainState}"/>.</summary>
    public const string GrainStateName = "state";

    private const string DefaultStorage = "Default";

    public IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config)
    {
        var name = config.StorageName ?? DefaultStorage;
        var storage = context.ActivationServices.GetKeyedService<IGrainStorage>(name) ?? throw new OrleansConfigurationException(
            $"Grain {context.GrainId} wants storage provider \"{name}\", which is not configured; call AddMemoryGrainStorage(\"{name}\") or another on the silo builder.");
        var state = new PersistentState<TState>(config.StateName, context.GrainId, storage);
        context.ObservableLifecycle.Subscribe(config.StateName, GrainLifecycleStage.SetupState, state.ReadStateAsync);
        return state;
    }
}

/// <summary>A stored state of one activation.</summary>
internal sealed class PersistentState<TState>(string name, GrainId grain, IGrainStorage storage) : IPersistentState<TState>
{
    private readonly GrainState<TState> _state = new(Make());

    public TState State
    {
        get => _state.State!;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public async Task ReadStateAsync(CancellationToken cancellationToken)
    {
        await storage.ReadStateAsync(name, grain, _state, cancellationToken);
        if (!_state.RecordExists || _state.State is null)
            _state.State = Make();
    }

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task WriteStateAsync(CancellationToken cancellationToken) => storage.WriteStateAsync(name, grain, _state, cancellationToken);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public async Task ClearStateAsync(CancellationToken cancellationToken)
    {
        await storage.ClearStateAsync(name, grain, _state, cancellationToken);
        _state.State = Make();
    }

    private static TState Make() => typeof(TState).IsValueType || typeof(TState) == typeof(string) || typeof(TState).GetConstructor([]) is null
        ? default!
        : Activator.CreateInstance<TState>();
}
