using System.Collections.Concurrent;
using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Messaging;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Activations;

/// <summary>The activations of the silo, by grain: at most one each.</summary>
internal sealed class ActivationDirectory(LocalRuntime runtime, GrainClassTable classes)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();

    public int Count => _activations.Count;

    public IEnumerable<Activation> All => _activations.Select(p => p.Value);

    /// <exception cref="ArgumentException">The id names no grain class.</exception>
    public Activation GetOrCreate(GrainId id)
    {
        if (_activations.TryGetValue(id, out var found))
            return found;
        var kind = classes.Find(id.Type) ?? throw new ArgumentException(
            $"No grain class is named \"{id.Type}\" (grain {id}); the project with the class must be referenced by the server.");
        return _activations.GetOrAdd(id, static (i, a) => new Activation(a.runtime, i, a.kind), (runtime, kind));
    }

    public bool TryGet(GrainId id, out Activation activation) => _activations.TryGetValue(id, out activation!);

    public void Remove(Activation activation) => _activations.TryRemove(new(activation.GrainId, activation));

    /// <summary>The activation that a call goes to, remembered in the reference that it is made through.</summary>
    public Activation For(GrainCall call)
    {
        if (call.Target?.Cache is Activation { State: not ActivationState.Ended } cached)
            return cached;
        var activation = GetOrCreate(call.TargetId);
        if (call.Target is { } reference && reference.GrainId == call.TargetId)
            reference.Cache = activation;
        return activation;
    }
}
