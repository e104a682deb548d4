using Granary.EmbeddedHost.Messaging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Granary.EmbeddedHost.Activations;

/// <summary>Ends activations that were idle for their collection age.</summary>
internal sealed class ActivationCollector(LocalRuntime runtime, IOptions<GrainCollectionOptions> options) : IDisposable
{
    private ITimer? _timer;

    public void Start()
    {
        var quantum = options.Value.CollectionQuantum;
        _timer = runtime.Time.CreateTimer(_ => Collect(), null, quantum, quantum);
    }

    public void Dispose() => _timer?.Dispose();

    private void Collect()
    {
        var now = runtime.Time.GetTimestamp();
        foreach (var activation in runtime.Directory.All.Where(a => a.MayCollect(now)).OrderBy(a => a.Number).ToList())
            activation.DeactivateIfIdle(activation.IdleSince);
    }
}
