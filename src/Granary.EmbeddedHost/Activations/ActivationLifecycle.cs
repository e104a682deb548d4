using Orleans;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Activations;

/// <summary>Observers of stages, started in order of stage and stopped in reverse.</summary>
internal class StagedLifecycle : ILifecycleObservable
{
    private readonly List<(int Stage, ILifecycleObserver Observer)> _observers = [];
    private readonly List<(int Stage, ILifecycleObserver Observer)> _started = [];
    private readonly HashSet<ILifecycleObserver> _done = [];

    public int HighestCompletedStage { get; private set; } = int.MinValue;

    public int LowestStoppedStage { get; private set; } = int.MaxValue;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        var entry = (stage, observer);
        lock (_observers)
            _observers.Add(entry);
        return new Subscription(this, entry);
    }

    /// <summary>Starts the observers up to and with the stage, of those not yet started. Those of one stage start together.</summary>
    public async Task StartAsync(int upTo, CancellationToken cancellation)
    {
        while (true)
        {
            List<(int Stage, ILifecycleObserver Observer)> next;
            lock (_observers)
            {
                var waiting = _observers.Where(o => o.Stage <= upTo && !_done.Contains(o.Observer)).ToList();
                if (waiting.Count == 0)
                    return;
                var stage = waiting.Min(o => o.Stage);
                next = [.. waiting.Where(o => o.Stage == stage)];
                _done.UnionWith(next.Select(o => o.Observer));
            }
            cancellation.ThrowIfCancellationRequested();
            _started.AddRange(next);
            await Task.WhenAll(next.Select(o => o.Observer.OnStart(cancellation)).ToArray());
            HighestCompletedStage = next[0].Stage;
        }
    }

    /// <summary>Stops what was started; an observer that fails does not keep the others from stopping.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        List<Exception>? failures = null;
        foreach (var stage in _started.GroupBy(o => o.Stage).OrderByDescending(g => g.Key).ToArray())
        {
            foreach (var (_, observer) in stage)
            {
                try
                {
                    await observer.OnStop(cancellation);
                }
                catch (Exception e)
                {
                    (failures ??= []).Add(e);
                }
            }
            LowestStoppedStage = stage.Key;
        }
        if (failures is not null)
            throw new AggregateException(failures);
    }

    private sealed class Subscription(StagedLifecycle lifecycle, (int, ILifecycleObserver) entry) : IDisposable
    {
        public void Dispose()
        {
            lock (lifecycle._observers)
                lifecycle._observers.Remove(entry);
        }
    }
}

/// <summary>The lifecycle of an activation.</summary>
internal sealed class ActivationLifecycle : StagedLifecycle, IGrainLifecycle;

/// <summary>The lifecycle of the silo.</summary>
internal sealed class SiloLifecycle : StagedLifecycle, ISiloLifecycle;
