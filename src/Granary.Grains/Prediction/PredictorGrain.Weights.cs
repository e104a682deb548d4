using System.Globalization;
using Granary.Forecasting.Tracks;

namespace Granary.Grains.Prediction;

/// <summary>What is kept of a node across restarts: what was unusual, written as it is found, and what its tracks have learned, written every ten minutes and at the end.</summary>
public sealed partial class PredictorGrain
{
    private static readonly TimeSpan KeepEvery = TimeSpan.FromMinutes(10);
    private DateTimeOffset _kept;
    private Task _saving = Task.CompletedTask;

    private async Task SaveAsync(bool all)
    {
        var now = clock.GetUtcNow();
        if (all || now - _kept >= KeepEvery || now < _kept) KeepTracks(now);
        if (!_unsaved) return;
        // one write at a time: the last save of an activation waits for the one under way
        await _saving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _unsaved = false;
        try
        {
            await (_saving = state.WriteStateAsync());
        }
        catch (Exception)
        {
            _unsaved = true;
            throw;
        }
    }

    private void KeepTracks(DateTimeOffset now)
    {
        _kept = now;
        foreach (var metric in _metrics)
            foreach (var track in metric.Tracks)
                if (track.Keep() is { } memory)
                {
                    state.State.Tracks[Key(metric, track)] = memory.Write();
                    _unsaved = true;
                }
    }

    /// <summary>After the history was read.</summary>
    private void TakeUpWeights()
    {
        _kept = clock.GetUtcNow();
        foreach (var metric in _metrics)
            foreach (var track in metric.Tracks)
            {
                if (!state.State.Tracks.TryGetValue(Key(metric, track), out var bytes)) continue;
                try
                {
                    track.Restore(TrackMemory.Read(bytes));
                }
                catch (InvalidDataException e)
                {
                    LogNotFollowed(log, _name, $"{metric.Name}: {e.Message}; they are learned anew");
                    state.State.Tracks.Remove(Key(metric, track));
                }
            }
    }

    private static string Key(NodeMetric metric, Track track) => string.Create(CultureInfo.InvariantCulture, $"{metric.Name}/{track.Options.Step.TotalSeconds:0.###}s");
}
