using System.Collections.Concurrent;
using Granary.Abstractions;
using Granary.Grains.Nodes;
using Granary.Grains.Telemetry;
using Granary.Scheduling;
using Granary.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Granary.Grains.Tests.Support;

/// <summary>Grains whose state and telemetry outlive them, as a server's do: each <see cref="StartAsync"/> is a server that starts on what the one before left.</summary>
internal sealed class KeptCluster(Action<IServiceCollection>? configure = null) : IAsyncDisposable
{
    private readonly KeptStates _states = new();
    private readonly MemoryStore _store = new();
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("granary-kept-").FullName;
    private InProcessTestCluster? _cluster;

    public IGrainFactory Grains => _cluster!.Client;

    /// <param name="crash">What the server before would write as it stops is lost.</param>
    public async Task StartAsync(bool crash = false)
    {
        _states.Lost = crash;
        if (_cluster is not null) await _cluster.DisposeAsync();
        _states.Lost = false;
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(ITelemetryGrain.Streams);
            silo.Services.AddKeyedSingleton<IGrainStorage>(NodeGrain.StorageName, new GrainStateStorage(_states));
            silo.Services.AddSingleton<IPoolStore>(_store);
            silo.Services.AddSingleton(TimeProvider.System);
            silo.Services.AddSingleton(new TelemetryFiles(_folder));
            silo.Services.AddGranaryGrains();
            silo.Services.AddSingleton(new SchedulerOptions());
            silo.Services.AddSingleton(new CohortOptions());
            silo.Services.AddSingleton(Options.Create(new GrainOptions()));
            configure?.Invoke(silo.Services);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private sealed class KeptStates : IGrainStateStore
    {
        private readonly ConcurrentDictionary<GrainStateKey, GrainStateRecord> _records = new();
        private long _etags;

        /// <summary>Writes go nowhere.</summary>
        public volatile bool Lost;

        public Task<GrainStateRecord?> ReadAsync(GrainStateKey key, CancellationToken cancellationToken = default) => Task.FromResult(_records.GetValueOrDefault(key));

        public Task<string> WriteAsync(GrainStateKey key, string? etag, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
        {
            var next = Interlocked.Increment(ref _etags).ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (!Lost) _records[key] = new(next, true, data.ToArray());
            return Task.FromResult(next);
        }

        public Task<string> ClearAsync(GrainStateKey key, string? etag, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<(string GrainKey, GrainStateRecord Record)>> ListAsync(string grainType, string stateName, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
