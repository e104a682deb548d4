using Granary.Abstractions;
using Granary.Model;
using Granary.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Granary.Grains.Telemetry;

/// <summary>
/// Keeps a node's series in rings on the disk of the server that it lives on, and publishes what comes on the node's stream. A disk that refuses costs
/// history: the grain goes on in memory, says so once, and tries the disk again when it is activated again.
/// </summary>
public sealed partial class TelemetryGrain(IServiceProvider services, TimeProvider clock, ILogger<TelemetryGrain> log) : Grain, ITelemetryGrain
{
    private static readonly TimeSpan WakeEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, TelemetryValue> _latest = new(StringComparer.Ordinal);
    private string _name = "";
    private SeriesStore? _store;
    private IAsyncStream<TelemetryBatch>? _stream;
    private DateTimeOffset _predictorWoken = DateTimeOffset.MinValue;
    private bool _complained;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = this.GetPrimaryKeyString();
        if (!Names.IsValid(_name)) throw GranaryException.Invalid($"'{_name}' is no node name; use {Names.Rule}");
        _store = Open();
        _stream = services.GetKeyedService<IStreamProvider>(ITelemetryGrain.Streams)?.GetStream<TelemetryBatch>(StreamId.Create(ITelemetryGrain.Streams, _name));
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _store?.Dispose();
        return Task.CompletedTask;
    }

    public async Task Publish(TelemetryBatch batch)
    {
        Check(batch);
        Keep(batch);
        if (_stream is null) return;
        if (clock.GetUtcNow() is var now && now - _predictorWoken >= WakeEvery)
        {
            _predictorWoken = now;
            await GrainFactory.GetGrain<IPredictorGrain>(_name).Wake(); // one way: it follows the stream, and sleeps when the node is silent for long
        }
        try
        {
            await _stream.OnNextAsync(batch);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Complain("published on its stream", e.Message);
        }
    }

    public Task<TelemetrySeries> Query(TelemetryQuery query) =>
        Task.FromResult(SeriesAnswers.Answer(Store, query, clock.GetUtcNow(), $"node {_name}", $"'granary telemetry {_name}' lists them"));

    public Task<IReadOnlyList<TelemetryTotal>> Totals(IReadOnlyList<string> prefixes, DateTimeOffset from, DateTimeOffset to)
    {
        var now = clock.GetUtcNow();
        var totals = new List<TelemetryTotal>();
        foreach (var name in Store.Series.Select(s => s.Name).Where(n => prefixes.Any(p => n.StartsWith(p, StringComparison.Ordinal))).ToList())
        {
            if (Store.Query(name, from, to, null, now) is not { } answer) continue;
            var seconds = answer.Step.TotalSeconds;
            double sum = 0, covered = 0;
            foreach (var point in answer.Points)
            {
                if (point.Count == 0 || !float.IsFinite(point.Mean)) continue;
                sum += point.Mean * seconds;
                covered += seconds;
            }
            if (covered > 0) totals.Add(new(name, sum, covered, answer.Quality));
        }
        return Task.FromResult<IReadOnlyList<TelemetryTotal>>(totals);
    }

    public Task<IReadOnlyList<TelemetryValue>> Latest() =>
        Task.FromResult<IReadOnlyList<TelemetryValue>>([.. _latest.Values.OrderBy(v => v.Metric, StringComparer.Ordinal)]);

    private SeriesStore Store => _store ?? throw GranaryException.Unavailable($"the telemetry of node {_name} is being opened; try again");

    private SeriesStore Open()
    {
        var files = services.GetService<TelemetryFiles>() ?? new(null);
        try
        {
            return new(files.Of(_name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Complain("kept on disk", e.Message);
            return new(new MemorySeriesFiles());
        }
    }

    private static void Check(TelemetryBatch batch)
    {
        foreach (var tick in batch.Ticks)
            if (tick.Values.Length != batch.Names.Count || tick.Qualities.Length != batch.Names.Count)
                throw GranaryException.Invalid("a tick of telemetry has another number of values than there are names");
    }

    private void Keep(TelemetryBatch batch)
    {
        string[] names = [.. batch.Names];
        foreach (var tick in batch.Ticks)
        {
            ReadingSource[] qualities = [.. tick.Qualities.Select(q => (ReadingSource)q)];
            try
            {
                Store.Append(tick.At, names, tick.Values, qualities);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Complain("kept on disk", e.Message);
                _store = new(new MemorySeriesFiles());
            }
        }
        if (batch.Ticks.Count > 0) Remember(names, batch.Ticks[^1]);
    }

    private void Remember(string[] names, TelemetryTick last)
    {
        _latest.Clear();
        for (var i = 0; i < names.Length; i++) _latest[names[i]] = new(names[i], last.At, last.Values[i], (ReadingSource)last.Qualities[i]);
    }

    private void Complain(string what, string why)
    {
        if (_complained) return;
        _complained = true;
        LogLost(log, _name, what, why);
    }

    [LoggerMessage(1, LogLevel.Warning, "telemetry of node {Node} could not be {What}, what comes now may be lost: {Why}")]
    private static partial void LogLost(ILogger logger, string node, string what, string why);
}
