using Granary.Forecasting.Ensemble;
using Granary.Forecasting.Models;
using Granary.Forecasting.Numerics;

namespace Granary.Forecasting.Tracks;

/// <summary>
/// One metric of something that runs, from samples that come every second or so: averages of steps, an ensemble that takes each step as it ends, and forecasts that
/// know the step under way. Fits are made elsewhere (<see cref="BeginFit"/>), so that a sample costs next to nothing, and the end of a step one step of the ensemble.
/// </summary>
/// <remarks>
/// Samples that are not finite or too large to be forecast, or older than the step under way, are left out and counted. Steps without samples repeat the last one; a silence of half of the memory or more
/// begins the history anew. Not thread-safe.
/// </remarks>
public sealed class Track
{
    /// <summary>What a new step counts in the record of errors: the last hundred or so decide.</summary>
    private const double Recent = 0.02;

    private readonly TrackOptions _options;
    private readonly Window _history;
    private readonly double[] _ahead;
    private readonly double[] _lower;
    private readonly double[] _upper;
    private ForecastEnsemble? _ensemble;
    private TrackLstm? _network;
    private TrackMemory? _kept;
    private long _step = long.MinValue;
    private long _ended;
    private long _fitAt;
    private double _mean;
    private int _samples;
    private bool _fitting;

    public Track(TrackOptions? options = null)
    {
        _options = (options ?? TrackOptions.Near).Validated();
        _history = new(_options.Memory);
        (_ahead, _lower, _upper) = (new double[_options.Horizon], new double[_options.Horizon], new double[_options.Horizon]);
    }

    public TrackOptions Options => _options;

    /// <summary>Steps that are remembered.</summary>
    public int Count => _history.Count;

    /// <summary>A fitted model answers.</summary>
    public bool IsFitted => _ensemble is not null;

    public TrackRecord Record { get; private set; }

    /// <summary>Samples that were left out.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Drifts that the ensemble has found.</summary>
    public int Drifts { get; private set; }

    /// <summary>It is time for <see cref="BeginFit"/>.</summary>
    public bool FitDue => !_fitting && _history.Count >= _options.Fewest && (_ended >= _fitAt || _ensemble is { RetrainDue: true });

    public void Observe(DateTimeOffset at, double value)
    {
        var step = at.UtcTicks / _options.Step.Ticks;
        if (!(Math.Abs(value) <= ForecastModel.LargestValue) || (_step != long.MinValue && step < _step))
        {
            LeftOut++;
            return;
        }
        if (_step != long.MinValue && step > _step) EndUntil(step);
        _step = step;
        _samples++;
        _mean += (value - _mean) / _samples;
    }

    /// <summary>A copy of the history, to be fitted; <see cref="Accept"/> follows, whether that succeeds or not, and until then no other is due.</summary>
    public TrackFit BeginFit()
    {
        _fitting = true;
        _fitAt = _ended + _options.FitEvery;
        var kept = _kept;
        _kept = null;
        return new(_history.Values.ToArray(), _ended, _options, kept);
    }

    /// <summary>What is learned and the history does not tell; null before the first fit.</summary>
    public TrackMemory? Keep() => _ensemble is { } ensemble ? new(_step, Record, Drifts, ensemble.Keep(), _network?.Weights) : null;

    /// <summary>Takes up again what another track on the same history had learned, after that history was observed: the next fit goes on with those weights, without training the network.</summary>
    /// <returns>False, and nothing taken, where a fit was made already, or what was kept is older than a fit lasts.</returns>
    public bool Restore(TrackMemory kept)
    {
        if (_fitting || _ensemble is not null || _step == long.MinValue || kept.Step > _step || _step - kept.Step > _options.FitEvery) return false;
        (_kept, Record, Drifts) = (kept, kept.Record, kept.Drifts);
        return true;
    }

    /// <summary>Takes a fit that has been made: steps that ended meanwhile are told to it. One that failed leaves everything as it is.</summary>
    public void Accept(TrackFit fit)
    {
        _fitting = false;
        if (fit.Ensemble is not { } ensemble) return;
        var missed = _ended - fit.Until;
        if (missed > _history.Count) return; // it began before a silence: nothing that it knows is remembered
        foreach (var value in _history.Values[^(int)missed..]) ensemble.Observe(value);
        (_ensemble, _network) = (ensemble, fit.Network);
        Look();
    }

    /// <summary>The step under way and those after it, at most the horizon; null before the first sample.</summary>
    public TrackForecast? Forecast(int steps)
    {
        if (_step == long.MinValue) return null;
        steps = Math.Clamp(steps, 1, _options.Horizon);
        var start = new DateTimeOffset(_step * _options.Step.Ticks, TimeSpan.Zero);
        var (values, lower, upper) = (new double[steps], new double[steps], new double[steps]);
        if (_ensemble is null)
        {
            foreach (var span in (double[][])[values, lower, upper]) Array.Fill(span, _mean);
            var why = _history.Count >= _options.Fewest ? "the first fit is being made" : $"{_history.Count} of {_options.Fewest} steps of {Words(_options.Step)} are known";
            return new(start, values, lower, upper, [("naive", 1)], $"{why}; until then the present average stands");
        }
        _ahead.AsSpan(0, steps).CopyTo(values);
        _lower.AsSpan(0, steps).CopyTo(lower);
        _upper.AsSpan(0, steps).CopyTo(upper);
        var weights = _ensemble.Weights();
        return new(start, values, lower, upper, [.. _ensemble.Members.Select((m, i) => (m.Name, weights[i])).OrderByDescending(m => m.Item2)], null);
    }

    private void EndUntil(long step)
    {
        if (step - _step >= _options.Memory / 2)
        {
            _history.Clear();
            (_ensemble, _fitAt) = (null, _ended);
        }
        else
        {
            for (var n = step - _step; n > 0; n--) End(_mean);
        }
        (_mean, _samples) = (0, 0);
    }

    private void End(double value)
    {
        if (_ensemble is { } ensemble)
        {
            var last = _history.Values[^1];
            var inside = value >= _lower[0] && value <= _upper[0];
            var share = Math.Max(Recent, 1.0 / (Record.Judged + 1));
            Record = new(Record.Judged + 1, Toward(Record.MeanAbsoluteError, Math.Abs(value - _ahead[0]), share), Toward(Record.NaiveError, Math.Abs(value - last), share),
                Toward(Record.Covered, inside ? 1 : 0, share));
            var drifts = ensemble.Drifts;
            ensemble.Observe(value);
            Drifts += ensemble.Drifts - drifts;
            Look();
        }
        _history.Push(value);
        _ended++;
    }

    private void Look() => _ensemble!.Forecast(_ahead, _lower, _upper);

    private static double Toward(double mean, double value, double share) => mean + ((value - mean) * share);

    private static string Words(TimeSpan step) => step.TotalSeconds < 60 ? $"{step.TotalSeconds:0.###} s" : $"{step.TotalMinutes:0.###} min";
}
