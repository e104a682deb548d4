using Granary.Abstractions;
using Granary.Forecasting.Tracks;
using Granary.Grains.Nodes;
using Granary.Grains.Telemetry;
using Granary.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Grains.Prediction;

/// <summary>
/// Follows a node's stream, keeps its tracks, and has their fits made elsewhere (<see cref="FitQueue"/>). What it knows it has from the node's stored series, which it reads when it comes
/// to life, and what it has learned as grain state: a restart costs it the fits, which are made again from the same history and go on with the same weights.
/// </summary>
[Reentrant]
public sealed partial class PredictorGrain(
    [PersistentState("predictor", NodeGrain.StorageName)] IPersistentState<PredictorState> state,
    IServiceProvider services, IGrainFactory grains, TimeProvider clock, FitQueue fits, IOptions<PredictionOptions> options, StopSignal stop, ILogger<PredictorGrain> log) : Grain, IPredictorGrain
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);
    private const int MostEarly = 600;
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource _over = new();
    private IReadOnlyList<NodeMetric> _metrics = [];
    private string _name = "";
    private NodeStreams _stream = null!;
    private readonly Queue<TelemetryBatch> _early = new();
    private bool _following;
    private Task _working = Task.CompletedTask;
    private string _complained = "";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = this.GetPrimaryKeyString();
        if (!Names.IsValid(_name)) throw GranaryException.Invalid($"'{_name}' is no node name; use {Names.Rule}");
        _metrics = NodeMetric.All(options.Value);
        _watches = AnomalyWatch.All(options.Value);
        _stream = new(services, (_, batch) =>
        {
            if (_following) Take(batch);
            else if (_early.Count < MostEarly) _early.Enqueue(batch);
        });
        if (!options.Value.Enabled) return Task.CompletedTask;
        _ = stop.Stopping.ContinueWith(_ => _over.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        this.RegisterGrainTimer(
            _ =>
            {
                if (_working.IsCompleted) _working = WorkAsync();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, Round) { Interleave = true });
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _over.CancelAsync();
        try
        {
            await SaveAsync(all: true);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotFollowed(log, _name, e.Message);
        }
    }

    public Task Wake() => Task.CompletedTask;

    public Task<PredictedSeries> Forecast(PredictionQuery query)
    {
        if (query.Ahead <= TimeSpan.Zero || query.Ahead > Furthest) throw GranaryException.Invalid($"forecasts reach from now to a day ahead; {query.Ahead} is not between");
        var metric = _metrics.FirstOrDefault(m => m.Name == query.Metric)
            ?? throw GranaryException.NotFound($"'{query.Metric}' is not forecast; {string.Join(", ", _metrics.Select(m => m.Name))} are");
        if (!options.Value.Enabled) throw GranaryException.NotFound("nothing is forecast here: Prediction:Enabled is false");
        return Task.FromResult(metric.Forecast(query.Ahead) ?? throw GranaryException.NotFound($"nothing has come yet of {metric.Name} from node {_name}"));
    }

    public Task<IReadOnlyList<PredictionRecord>> Records() => Task.FromResult<IReadOnlyList<PredictionRecord>>([.. _metrics.SelectMany(m => m.Records())]);

    /// <summary>At first the history and the stream; from then on the fits that are due, one after another.</summary>
    private async Task WorkAsync()
    {
        try
        {
            if (!_following) await FollowAsync();
            await TellAsync();
            await SaveAsync(all: false);
            foreach (var track in _metrics.SelectMany(m => m.Tracks).Where(t => t.FitDue)) await FitAsync(track);
            _complained = "";
        }
        catch (OperationCanceledException)
        {
            // the grain, or the server, ends
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (e.Message == _complained) return;
            _complained = e.Message;
            LogNotFollowed(log, _name, e.Message);
        }
    }

    private async Task FitAsync(Track track)
    {
        var fit = track.BeginFit();
        try
        {
            await fits.RunAsync(fit, _over.Token);
        }
        finally
        {
            track.Accept(fit);
        }
    }

    /// <summary>Subscribes, then reads what was before; what comes meanwhile waits its turn. What is in both is late the second time, and left out.</summary>
    private async Task FollowAsync()
    {
        await _stream.FollowAsync([_name]);
        await RememberAsync();
        TakeUpWeights();
        while (_early.TryDequeue(out var batch)) Take(batch);
        _following = true;
    }

    private void Take(TelemetryBatch batch)
    {
        foreach (var metric in _metrics) metric.Observe(batch);
        Watch(batch);
    }

    /// <summary>What the node did before, coarse and fine, oldest first.</summary>
    private async Task RememberAsync()
    {
        var telemetry = grains.GetGrain<ITelemetryGrain>(_name);
        var now = clock.GetUtcNow();
        foreach (var metric in _metrics)
            foreach (var track in metric.Tracks)
                foreach (var (at, value) in await StoredAsync(telemetry, metric.Series, now - (track.Options.Memory * track.Options.Step), now, track.Options.Step)) track.Observe(at, value);
        await RememberUsualAsync(telemetry);
    }

    /// <summary>The sum of series over a time, by points that are known.</summary>
    private static async Task<SortedDictionary<DateTimeOffset, double>> StoredAsync(ITelemetryGrain telemetry, IReadOnlyList<string> series, DateTimeOffset from, DateTimeOffset to, TimeSpan step)
    {
        var points = new SortedDictionary<DateTimeOffset, double>();
        foreach (var one in series)
        {
            try
            {
                Add(points, await telemetry.Query(new(one, from, to, step)));
            }
            catch (GranaryException e) when (e.Code == ErrorCode.NotFound)
            {
                // a node without it, or one that has just come
            }
        }
        return points;
    }

    private static void Add(SortedDictionary<DateTimeOffset, double> points, TelemetrySeries series)
    {
        for (var i = 0; i < series.Count.Length; i++)
        {
            if (series.Count[i] == 0 || !float.IsFinite(series.Mean[i])) continue;
            var at = series.Start + (i * series.Step);
            points[at] = points.GetValueOrDefault(at) + series.Mean[i];
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "node {Node} could not be followed, it is tried again: {Why}")]
    private static partial void LogNotFollowed(ILogger logger, string node, string why);
}
