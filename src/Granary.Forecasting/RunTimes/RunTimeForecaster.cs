namespace Granary.Forecasting.RunTimes;

/// <summary>
/// Run times, success and deadlines per agent and task class, as quantiles from history. What an agent's tasks of a class did is mixed with what the class did
/// whatever the agent, and that with all tasks, by evidence: n runs weigh n / (n + trust), as in hierarchical Dirichlet priors (MacKay and Peto, "A hierarchical
/// Dirichlet language model", 1995). Quantiles are calibrated against how often they came true. Deterministic; bounded; not thread-safe.
/// </summary>
/// <remarks>The pool's scheduler keeps estimates of its own (the last runs by name for promises, means per machine class for placement), which are part of its
/// journal; this is for forecasts and plans, which want whole distributions and may forget.</remarks>
public sealed partial class RunTimeForecaster
{
    private readonly RunTimeOptions _options;
    private RunTimeHistogram _all;
    private readonly Dictionary<(string Agent, string Class), RunTimeHistogram> _classes = [];
    private readonly RunTimeCalibration _calibration = new();
    private readonly double[] _scratch = new double[RunTimeHistogram.Bins];
    private long _runs;

    public RunTimeForecaster(RunTimeOptions? options = null)
    {
        _options = (options ?? new()).Validated();
        _all = new(_options.Memory);
    }

    /// <summary>Runs learned from.</summary>
    public long Runs => _runs;

    /// <summary>Learns from a run that has ended.</summary>
    /// <param name="seconds">How long it was; of one that failed only the failure is learned.</param>
    /// <exception cref="ArgumentException">No agent or class, or a time that is negative or not finite.</exception>
    public void Learn(string agent, string taskClass, double seconds, bool succeeded = true)
    {
        Check(agent, taskClass);
        if (!double.IsFinite(seconds) || seconds < 0) throw new ArgumentException($"a run of '{agent}' took {seconds} s: a time of 0 or more is needed", nameof(seconds));
        if (succeeded && _all.Runs > 0)
        {
            Mix(agent, taskClass, _scratch);
            _calibration.Learn(RunTimeForecast.Raw(_scratch, seconds));
        }
        _runs++;
        _all.Learn(seconds, succeeded);
        Of("", taskClass).Learn(seconds, succeeded);
        Of(agent, taskClass).Learn(seconds, succeeded);
    }

    /// <summary>What is expected of the next run; of a pair or class never seen, what is expected of all.</summary>
    /// <exception cref="ArgumentException">No agent or class.</exception>
    public RunTimeForecast Predict(string agent, string taskClass)
    {
        Check(agent, taskClass);
        if (_all.Ended <= 0) return new([], [], 1, 0, 0, 0, 1);
        var distribution = _all.Runs > 0 ? new double[RunTimeHistogram.Bins] : [];
        if (distribution.Length > 0) Mix(agent, taskClass, distribution);
        var (own, wider) = (_classes.GetValueOrDefault((agent, taskClass)), _classes.GetValueOrDefault(("", taskClass)));
        var success = Rate(own, Rate(wider, Rate(_all, 1)));
        return new(distribution, _calibration.Parts(), success, own?.Runs ?? 0, wider?.Runs ?? 0, _all.Runs, Relative(own, wider));
    }

    /// <summary>Classes of an agent that are remembered, the most runs first.</summary>
    public IReadOnlyList<string> ClassesOf(string agent) =>
        [.. _classes.Where(c => c.Key.Agent == agent).OrderByDescending(c => c.Value.Ended).ThenBy(c => c.Key.Class, StringComparer.Ordinal).Select(c => c.Key.Class)];

    private void Mix(string agent, string taskClass, double[] into)
    {
        var (own, wider) = (_classes.GetValueOrDefault((agent, taskClass)), _classes.GetValueOrDefault(("", taskClass)));
        var (trustOwn, trustWider) = (Trust(own), Trust(wider));
        for (var bin = 0; bin < into.Length; bin++)
        {
            var part = wider is null ? _all.Part(bin) : (trustWider * wider.Part(bin)) + ((1 - trustWider) * _all.Part(bin));
            into[bin] = own is null ? part : (trustOwn * own.Part(bin)) + ((1 - trustOwn) * part);
        }
    }

    private double Trust(RunTimeHistogram? history) => history is null ? 0 : history.Runs / (history.Runs + _options.Trust);

    private double Rate(RunTimeHistogram? history, double wider) => history is null ? wider : (history.Succeeded + (_options.Trust * wider)) / (history.Ended + _options.Trust);

    private static double Relative(RunTimeHistogram? own, RunTimeHistogram? wider)
    {
        if (own is null || wider is null || own.Runs <= 0) return 1;
        return RunTimeHistogram.Seconds(Median(own)) / RunTimeHistogram.Seconds(Median(wider));
    }

    private static double Median(RunTimeHistogram history)
    {
        var (sum, bin) = (0.0, 0);
        while (bin < RunTimeHistogram.Bins - 1 && sum + history.Part(bin) < 0.5) sum += history.Part(bin++);
        return bin + ((0.5 - sum) / Math.Max(history.Part(bin), 1e-12));
    }

    private RunTimeHistogram Of(string agent, string taskClass)
    {
        if (!_classes.TryGetValue((agent, taskClass), out var history))
        {
            if (_classes.Count >= _options.MostClasses) Forget();
            _classes[(agent, taskClass)] = history = new(_options.Memory);
        }
        history.UpdatedAt = _runs;
        return history;
    }

    // an eighth at a time, so that a flood of names costs little each
    private void Forget()
    {
        var oldest = _classes.OrderBy(c => c.Value.UpdatedAt).ThenBy(c => c.Key).Take(Math.Max(1, _options.MostClasses / 8)).Select(c => c.Key).ToList();
        foreach (var key in oldest) _classes.Remove(key);
    }

    private static void Check(string agent, string taskClass)
    {
        ArgumentException.ThrowIfNullOrEmpty(agent);
        ArgumentNullException.ThrowIfNull(taskClass);
    }
}
