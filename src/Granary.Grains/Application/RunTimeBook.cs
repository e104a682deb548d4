using Granary.Abstractions;
using Granary.Forecasting.RunTimes;
using Granary.Model;

namespace Granary.Grains.Application;

/// <summary>Learns how long tasks run from what became of them, and says what is expected of the next.</summary>
internal sealed class RunTimeBook(RunTimeForecaster forecaster)
{
    /// <summary>Of a pool: 0.7 MiB in memory, 100 KiB or so stored.</summary>
    public static RunTimeOptions Options { get; } = new() { MostClasses = 512 };

    private const int MostListed = 64;
    private const double Few = 4;
    private static readonly double[] Probabilities = [0.1, 0.5, 0.8, 0.9, 0.95, 0.99];

    /// <summary>Tasks that were cancelled or never began say nothing of how long they run.</summary>
    public void Add(in TaskOutcome outcome)
    {
        if (outcome.State is not (TaskState.Succeeded or TaskState.Failed or TaskState.Lost) || outcome.Agent.Length == 0) return;
        if (outcome is { State: TaskState.Succeeded, RunMicros: < 0 }) return;
        forecaster.Learn(outcome.Agent, outcome.Class, Math.Max(0, outcome.RunMicros) / 1e6, outcome.State == TaskState.Succeeded);
    }

    public IReadOnlyList<RunTimePrediction> Predict(string agent, string? taskClass, TimeSpan? deadline)
    {
        if (!Names.IsValid(agent)) throw GranaryException.Invalid($"'{agent}' is no agent; use {Names.Rule}");
        if (deadline is { } time && time <= TimeSpan.Zero) throw GranaryException.Invalid("a deadline lies ahead; give a time over 0");
        if (taskClass is not null) return [Of(agent, taskClass, deadline)];
        var known = forecaster.ClassesOf(agent);
        return known.Count == 0 ? [Of(agent, "", deadline)] : [.. known.Take(MostListed).Select(c => Of(agent, c, deadline))];
    }

    public byte[] Save() => forecaster.Save();

    private RunTimePrediction Of(string agent, string taskClass, TimeSpan? deadline)
    {
        var forecast = forecaster.Predict(agent, taskClass);
        return new(agent, taskClass, forecast.IsKnown ? [.. Probabilities.Select(p => new RunTimeQuantile(p, TimeSpan.FromSeconds(forecast.Quantile(p)!.Value)))] : [],
            forecast.SuccessRate, forecast.OwnRuns, forecast.ClassRuns, forecast.AllRuns, forecast.RelativeToClass,
            forecast.IsKnown && deadline is { } time ? forecast.DeadlineSuccess(time.TotalSeconds) : null, Note(forecast));
    }

    private static string? Note(RunTimeForecast forecast) =>
        !forecast.IsKnown ? "no task of this pool has succeeded yet: nothing is known"
        : forecast.OwnRuns >= Few ? null
        : forecast.ClassRuns >= Few ? "few runs of this agent and class are known: mostly as others run this class"
        : "few runs of this class are known: mostly as all tasks of the pool run";
}
