using Granary.Abstractions;
using Granary.Caching;
using Granary.Caching.Coherence;
using Granary.Caching.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace Granary.Rest;

/// <summary>
/// This server's copy of the names of pools and nodes, so that not each request of each server asks the one directory. The directory tells on its stream when they change.
/// Nothing is kept until this server hears it, and for no longer than <see cref="RestOptions.NameCopyAge"/> without asking again.
/// </summary>
internal sealed class NameCopy : BackgroundService
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(2);

    private readonly IGrainFactory _grains;
    private readonly IInvalidationStream? _stream;
    private readonly TimeProvider _time;
    private readonly CoherentCache<KnownNames>? _copies;
    private volatile bool _hears;

    public NameCopy(IGrainFactory grains, RestOptions options, TimeProvider time, [FromKeyedServices(IDirectoryGrain.Changes)] IInvalidationStream? stream = null)
    {
        (_grains, _stream, _time) = (grains, stream, time);
        if (stream is null || options.NameCopyAge == TimeSpan.Zero) return;
        var copy = new CacheOptions { Capacity = 1, LargestShare = 1, Policy = PolicyKind.Lru, TimeToLive = options.NameCopyAge };
        _copies = new($"rest-{Guid.NewGuid():N}", 1, copy, time: time);
    }

    /// <summary>For tests: whether changes reach this server.</summary>
    internal bool Hears => _hears;

    /// <summary>Names as they were a moment ago: the answer may lack what was declared while the directory's message is on its way.</summary>
    public ValueTask<KnownNames> Lately() => Copy() is { } copy ? new(copy) : new(Ask());

    /// <summary>Names among which <paramref name="name"/> is if it exists. No name is ever taken away, so only where the copy lacks it the directory is asked.</summary>
    public async ValueTask<IReadOnlyList<string>> PoolsWith(string name) => Copy() is { } copy && Has(copy.Pools, name) ? copy.Pools : (await Ask()).Pools;

    /// <inheritdoc cref="PoolsWith"/>
    public async ValueTask<IReadOnlyList<string>> NodesWith(string name) => Copy() is { } copy && Has(copy.Nodes, name) ? copy.Nodes : (await Ask()).Nodes;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_stream is null || _copies is null) return;
        IAsyncDisposable? listening = null;
        while (listening is null && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                listening = await _stream.SubscribeAsync(_copies.Receive, stoppingToken);
                _copies.Interrupted();
                _hears = true;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // the grains may still be starting; until then every request asks
                await Task.Delay(AgainAfter, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        if (listening is null) return;
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _hears = false;
        try
        {
            await listening.DisposeAsync().AsTask().WaitAsync(AgainAfter, _time, CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // the grains may be gone already; the stream finds out that nobody listens
        }
    }

    private KnownNames? Copy() => _hears && _copies!.TryGet(IDirectoryGrain.Key, out var names, out _) ? names : null;

    private async Task<KnownNames> Ask()
    {
        var began = _copies?.BeginRead() ?? 0;
        var (version, pools, nodes) = await _grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Names();
        var names = new KnownNames([.. pools], [.. nodes]);
        if (_hears) _copies!.Put(IDirectoryGrain.Key, names, version, began);
        return names;
    }

    private static bool Has(string[] sorted, string name) => Array.BinarySearch(sorted, name, StringComparer.Ordinal) >= 0;
}

/// <summary>Names in ordinal order.</summary>
internal sealed record KnownNames(string[] Pools, string[] Nodes);
