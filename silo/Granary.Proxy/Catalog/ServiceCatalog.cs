using System.Collections.Concurrent;
using Granary.Abstractions;
using Granary.Model;
using Granary.Parallelism.Batching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Proxy.Catalog;

/// <summary>
/// This server's copy of the services: asks the list several times a second which have changed, at once when one is called that is not in the copy, and before
/// the reply to a change that was made here. While nobody answers the copy stays as it is.
/// </summary>
internal sealed partial class ServiceCatalog(IGrainFactory grains, ProxyOptions options, Prober prober, TimeProvider clock, ILogger<ServiceCatalog> log) : BackgroundService, IServiceStandings
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, ServiceRuntime> _services = new(StringComparer.Ordinal);
    private JoinedRuns? _asking;
    private long _version;

    public IReadOnlyCollection<ServiceRuntime> All => (IReadOnlyCollection<ServiceRuntime>)_services.Values;

    public ServiceRuntime? Find(string name) => _services.GetValueOrDefault(name);

    /// <summary>The service; one that is not known is asked for first.</summary>
    public async ValueTask<ServiceRuntime?> FindAsync(string name, CancellationToken cancellation)
    {
        if (Find(name) is { } known) return known;
        if (!Names.IsValid(name)) return null;
        await RefreshAsync(cancellation);
        return Find(name);
    }

    public IReadOnlyList<BackendStanding> Of(string service) => Find(service)?.Standings() ?? [];

    /// <summary>Asks once more, and not before the question that is under way, whose answer may be from before the change. However many wait, there is one question after it.</summary>
    public Task RefreshAsync(CancellationToken cancellation) => LazyInitializer.EnsureInitialized(ref _asking, () => new JoinedRuns(TryAskAsync)).RunAsync(cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(Period, clock);
        try
        {
            do await RefreshAsync(stoppingToken);
            while (await rounds.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
        foreach (var name in _services.Keys) Drop(name);
    }

    private async Task TryAskAsync()
    {
        try
        {
            await AskAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotAnswered(log, e.Message); // asked again in a moment
        }
    }

    private async Task AskAsync()
    {
        var page = await grains.GetGrain<IServiceListGrain>(IServiceListGrain.Key).Sync(_version).WaitAsync(AnswerWithin, clock);
        if (page.Entries is not { } entries) return;
        var named = entries.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _services.Keys.Where(n => !named.Contains(n)).ToArray()) Drop(name);
        foreach (var entry in entries)
        {
            if (entry.Version != 0 && Find(entry.Name) is { } known && known.View.Version == entry.Version) continue;
            try
            {
                Take(await grains.GetGrain<IServiceGrain>(entry.Name).Get().WaitAsync(AnswerWithin, clock));
            }
            catch (GranaryException e) when (e.Code == ErrorCode.NotFound)
            {
                Drop(entry.Name); // about to begin, or just removed
            }
        }
        _version = page.Version;
    }

    private void Take(ServiceView view)
    {
        var known = Find(view.Spec.Name);
        if (known is not null && known.CanBecome(view.Spec))
        {
            if (known.View.Version != view.Version) known.Take(view);
            return;
        }
        var runtime = new ServiceRuntime(view, options.Zone, clock);
        _services[view.Spec.Name] = runtime;
        known?.Dispose();
        prober.Begin(runtime);
    }

    private void Drop(string name)
    {
        if (_services.TryRemove(name, out var gone)) gone.Dispose();
    }

    [LoggerMessage(1, LogLevel.Debug, "the services are not known anew: {Error}")]
    private static partial void LogNotAnswered(ILogger logger, string error);
}
