namespace Granary.Hardware;

/// <summary>
/// How fast tasks of a class ran on each model of accelerator: a mean in which each new measure weighs at least <see cref="LeastWeight"/>, so that
/// it follows a class that changes. Models that were not measured enough are tried, now and then and not for ever.
/// </summary>
public sealed class SpeedTable
{
    /// <summary>Measures after which a model counts as measured.</summary>
    public const int Enough = 3;

    /// <summary>Trials after which a model that brought no measures is tried no more.</summary>
    public const int MostTrials = 8;

    /// <summary>At most one decision in so many of a class is a trial, once any model is measured.</summary>
    public const int TrialEvery = 4;

    private const double LeastWeight = 0.1;

    private readonly Dictionary<(string Class, string Model), Entry> _entries = [];
    private readonly Dictionary<string, int> _sinceTrial = new(StringComparer.Ordinal);

    private sealed class Entry
    {
        public double Mean;
        public int Measures;
        public int Trials;
    }

    /// <summary>Work per second, in any unit that is the same for all models of the class.</summary>
    /// <returns>False, and nothing changes, for what is no speed.</returns>
    public bool Learn(string taskClass, string model, double speed)
    {
        if (!double.IsFinite(speed) || speed <= 0) return false;
        var entry = EntryOf(taskClass, model);
        entry.Measures = Math.Min(entry.Measures + 1, int.MaxValue - 1);
        entry.Mean += (speed - entry.Mean) * Math.Max(LeastWeight, 1.0 / entry.Measures);
        return true;
    }

    /// <summary>More pairs of class and model than these are not remembered: classes are named by whoever submits.</summary>
    public const int Most = 4096;

    /// <summary>All that was measured, for <see cref="Restore"/>. Trials are not in it.</summary>
    public IReadOnlyList<MeasuredSpeed> Save() => [.. _entries.Where(e => e.Value.Measures > 0).Select(e => new MeasuredSpeed(e.Key.Class, e.Key.Model, e.Value.Mean, e.Value.Measures))];

    /// <summary>Takes back what was measured before; what makes no sense is left out.</summary>
    public void Restore(IEnumerable<MeasuredSpeed?> speeds)
    {
        ArgumentNullException.ThrowIfNull(speeds);
        foreach (var speed in speeds)
            if (speed is { Class: not null, Model: not null, Mean: > 0, Measures: > 0 } && double.IsFinite(speed.Mean) && _entries.Count < Most)
                (EntryOf(speed.Class, speed.Model).Mean, EntryOf(speed.Class, speed.Model).Measures) = (speed.Mean, speed.Measures);
    }

    /// <summary>Mean speed; null before it was measured.</summary>
    public double? SpeedOf(string taskClass, string model) => _entries.GetValueOrDefault((taskClass, model)) is { Measures: > 0 } entry ? entry.Mean : null;

    /// <summary>
    /// Models with room in the order in which they should be taken, and whether the first is a trial: the measured ones, the fastest first, then
    /// the others; a trial goes before all when one is due. Changes nothing.
    /// </summary>
    public (IReadOnlyList<string> Order, bool Trial) Rank(string taskClass, IEnumerable<string> models)
    {
        var all = models.Distinct(StringComparer.Ordinal).Select(m => (Model: m, Entry: _entries.GetValueOrDefault((taskClass, m)))).ToList();
        var ordered = all.OrderByDescending(m => m.Entry?.Measures > 0 ? m.Entry.Mean : -1).ThenBy(m => m.Entry?.Trials ?? 0)
            .ThenBy(m => m.Model, StringComparer.Ordinal).Select(m => m.Model).ToList();
        var anyMeasured = all.Any(m => m.Entry?.Measures >= Enough);
        if (anyMeasured && _sinceTrial.GetValueOrDefault(taskClass, TrialEvery) < TrialEvery - 1) return (ordered, false);
        var trial = all.Where(m => m.Entry is null or { Measures: < Enough, Trials: < MostTrials })
            .OrderBy(m => m.Entry?.Trials ?? 0).ThenBy(m => m.Model, StringComparer.Ordinal).Select(m => m.Model).FirstOrDefault();
        if (trial is null) return (ordered, false);
        ordered.Remove(trial);
        ordered.Insert(0, trial);
        return (ordered, true);
    }

    /// <summary>A task of the class was given a model.</summary>
    internal void Taken(string taskClass, string model, bool trial)
    {
        if (trial)
        {
            EntryOf(taskClass, model).Trials++;
            _sinceTrial[taskClass] = 0;
        }
        else _sinceTrial[taskClass] = Math.Min(TrialEvery, _sinceTrial.GetValueOrDefault(taskClass) + 1);
    }

    private Entry EntryOf(string taskClass, string model)
    {
        if (_entries.Count >= Most && !_entries.ContainsKey((taskClass, model))) _entries.Remove(_entries.Keys.First());
        if (!_entries.TryGetValue((taskClass, model), out var entry)) _entries[(taskClass, model)] = entry = new();
        return entry;
    }
}

/// <summary>How fast tasks of a class ran on a model.</summary>
/// <param name="Mean">Work a second.</param>
/// <param name="Measures">How often it was measured.</param>
public sealed record MeasuredSpeed(string Class, string Model, double Mean, int Measures);
