using Granary.Abstractions;
using Granary.Forecasting.RunTimes;
using Granary.Grains.Telemetry;
using Granary.Model;
using Granary.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Application;

/// <summary>
/// Keeps a pool's <see cref="ApplicationBook"/>, and how long its tasks run, as grain state, written once a minute and when it goes, and the pool's figures over time in rings on the
/// disk of its server. What ended after the last write is read again from the pool's table of tasks: a crash costs the last minute of attempts that went back to the queue, and no end.
/// </summary>
public sealed partial class ApplicationGrain(
    [PersistentState("application", Nodes.NodeGrain.StorageName)] IPersistentState<ApplicationState> state,
    IServiceProvider services,
    TimeProvider clock,
    ILogger<ApplicationGrain> log) : Grain, IApplicationGrain
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(1);
    private readonly PoolGauges _gauges = new();
    private readonly List<TelemetryValue> _latest = [];
    private string _pool = "";
    private ApplicationBook _book = null!;
    private RunTimeBook _runTimes = null!;
    private SeriesStore _store = null!;
    private long _saved;
    private long _missed;
    private bool _complained;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _pool = this.GetPrimaryKeyString();
        if (!Names.IsValid(_pool)) throw GranaryException.Invalid($"'{_pool}' is no pool name; use {Names.Rule}");
        _book = Load();
        _runTimes = new(LoadRunTimes());
        _missed = state.State.Missed;
        _store = Open();
        await ReplayAsync(cancellationToken);
        this.RegisterGrainTimer(
            async cancellation =>
            {
                _replayed.Clear(); // what was on its way when the grain came to life has come by now
                await SaveAsync(cancellation);
            },
            new GrainTimerCreationOptions(SaveEvery, SaveEvery));
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await SaveAsync(cancellationToken);
        _store.Dispose();
    }

    public async Task Record(ApplicationBatch batch)
    {
        var now = clock.GetUtcNow();
        for (var i = 0; i < batch.Outcomes.Count; i++)
            if (_replayed.Count == 0 || !_replayed.Contains((batch.Part, batch.Outcomes[i].Number))) Learn(batch.Outcomes[i], now);
        _missed += batch.Missed;
        if (_gauges.Take(batch, _book.Ended, _book.Failed)) Keep(batch.At);
        if (Mark(batch)) await SaveAsync(CancellationToken.None); // from now on it is known from where to read again
    }

    public Task<ApplicationSummary> Summary(int errors)
    {
        if (errors is < 0 or > ApplicationBook.MostPatterns) throw GranaryException.Invalid($"{errors} errors cannot be named; 0 to {ApplicationBook.MostPatterns} can");
        return Task.FromResult(new ApplicationSummary(_pool, _book.Since, _book.Classes(clock.GetUtcNow()), _book.Errors(errors), _missed));
    }

    public Task<IReadOnlyList<RunTimePrediction>> RunTimes(string agent, string? taskClass, TimeSpan? deadline) => Task.FromResult(_runTimes.Predict(agent, taskClass, deadline));

    public Task<TelemetrySeries> Query(TelemetryQuery query) => Task.FromResult(SeriesAnswers.Answer(_store, query, clock.GetUtcNow(),
        $"pool {_pool}", $"'granary metrics {_pool} --latest' lists them"));

    public Task<IReadOnlyList<TelemetryValue>> Latest() => Task.FromResult<IReadOnlyList<TelemetryValue>>([.. _latest]);

    private void Keep(DateTimeOffset at)
    {
        string[] names = [.. _gauges.Names];
        float[] values = [.. _gauges.Values];
        var qualities = new ReadingSource[names.Length];
        Array.Fill(qualities, ReadingSource.Measured);
        try
        {
            _store.Append(at, names, values, qualities);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Complain("kept on disk", e.Message);
            _store = new(new MemorySeriesFiles());
        }
        _latest.Clear();
        for (var i = 0; i < names.Length; i++) _latest.Add(new(names[i], at, values[i], ReadingSource.Measured));
    }

    private async Task SaveAsync(CancellationToken _)
    {
        if (_book.Version == _saved && _marks.Count == state.State.Marks.Count) return;
        var version = _book.Version;
        state.State = new ApplicationState { Book = _book.Save(), Missed = _missed, RunTimes = _runTimes.Save(), Marks = new(_marks) };
        try
        {
            await state.WriteOrReadAgainAsync();
            _saved = version;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Complain("stored", e.Message);
        }
    }

    private ApplicationBook Load()
    {
        if (state.State.Book is { Length: > 0 } saved)
        {
            try
            {
                return ApplicationBook.Load(saved);
            }
            catch (InvalidDataException e)
            {
                Complain("read, they begin anew", e.Message);
            }
        }
        return new(clock.GetUtcNow());
    }

    private RunTimeForecaster LoadRunTimes()
    {
        if (state.State.RunTimes is { Length: > 0 } saved)
        {
            try
            {
                return RunTimeForecaster.Load(saved, RunTimeBook.Options);
            }
            catch (InvalidDataException e)
            {
                Complain("read, run times begin anew", e.Message);
            }
        }
        return new(RunTimeBook.Options);
    }

    private SeriesStore Open()
    {
        var files = services.GetService<TelemetryFiles>() ?? new(null);
        try
        {
            return new(files.OfPool(_pool));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Complain("kept on disk", e.Message);
            return new(new MemorySeriesFiles());
        }
    }

    private void Complain(string what, string why)
    {
        if (_complained) return;
        _complained = true;
        LogLost(log, _pool, what, why);
    }

    [LoggerMessage(1, LogLevel.Warning, "application metrics of pool {Pool} could not be {What}: {Why}")]
    private static partial void LogLost(ILogger logger, string pool, string what, string why);
}

/// <summary>What application metrics remember across restarts.</summary>
[GenerateSerializer, Alias("Granary.ApplicationState")]
public sealed class ApplicationState
{
    [Id(0)] public byte[] Book { get; set; } = [];

    [Id(1)] public long Missed { get; set; }

    [Id(2)] public byte[] RunTimes { get; set; } = [];

    /// <summary>By part of the pool (a pool that is not sharded is one): the last task that is in here.</summary>
    [Id(3)] public Dictionary<string, EndedMark> Marks { get; set; } = [];
}
