using Granary.Model;

namespace Granary.Scheduling.Learning;

/// <summary>
/// Run times learned for (task class, node class) from tasks that succeeded. The logarithm of a run time is taken as a + b + e: the task class's
/// length, the node class's slowness, and what is particular to the pair, each normal. A pair's prior is a + b, so that a class of machines that
/// a task has never met is judged by how it serves others; its own observations soon outweigh that.
/// </summary>
/// <remarks>
/// Robust: an observation further than three deviations off counts as three (Huber, 1964). Forgetting: a pair remembers as if it had seen at most
/// <see cref="Memory"/> runs. Exploration is by a lower confidence bound without any draw (after Lai and Robbins, 1985). Bounded in size.
/// </remarks>
internal sealed class RunTimeModel
{
    /// <summary>How many task classes are remembered; the one unused longest gives way.</summary>
    public const int MostTaskClasses = 1024;

    /// <summary>How many node classes are told apart; later ones are taken as one with the unnamed.</summary>
    public const int MostNodeClasses = 32;

    /// <summary>Runs a pair remembers.</summary>
    public const double Memory = 100;

    private const double PairDeviation = 0.7;
    private const double NoiseDeviation = 0.2;
    private const double NoiseWeight = 2;
    private const double SlownessWeight = 4;
    private const double Outlier = 3;

    private readonly List<string> _nodeClasses = [];
    private readonly List<Slowness> _slowness = [];
    private readonly Dictionary<RunClass, TaskClass> _tasks = [];
    private long _observations;

    /// <summary>Runs observed.</summary>
    public long Observations => _observations;

    public IReadOnlyList<string> NodeClasses => _nodeClasses;

    public IEnumerable<KeyValuePair<RunClass, TaskClass>> Tasks => _tasks.OrderBy(t => t.Key.Agent, StringComparer.Ordinal).ThenBy(t => t.Key.Name, StringComparer.Ordinal).ThenBy(t => t.Key.Declared);

    public IReadOnlyList<Slowness> SlownessOf => _slowness;

    /// <summary>A task of the class ran this long on a machine of the class.</summary>
    /// <param name="task">Its class.</param>
    /// <param name="node">The machine's traits.</param>
    /// <param name="x">Logarithm of its run time in seconds, or of that over what was declared.</param>
    public void Observe(in RunClass task, NodeTraits? node, double x)
    {
        var at = IndexOf(node);
        if (!_tasks.TryGetValue(task, out var model))
        {
            if (_tasks.Count == MostTaskClasses) _tasks.Remove(_tasks.MinBy(t => t.Value.UpdatedAt).Key);
            _tasks[task] = model = new TaskClass();
        }
        model.UpdatedAt = ++_observations;
        ref var pair = ref model.Pair(at);
        if (LengthOf(model, except: at) is { } length)
        {
            var slowness = _slowness[at];
            var weight = Math.Min(slowness.Weight + 1, Memory);
            _slowness[at] = new Slowness(slowness.Mean + ((Math.Clamp(x - length, -10, 10) - slowness.Mean) / weight), weight);
        }
        if (pair.Runs >= 5)
        {
            var reach = Outlier * Math.Sqrt(Noise(pair));
            x = Math.Clamp(x, pair.Mean - reach, pair.Mean + reach);
        }
        var runs = Math.Min(pair.Runs + 1, Memory);
        var step = x - pair.Mean;
        pair.Mean += step / runs;
        pair.Squares = (pair.Squares * (runs < Memory ? 1 : (Memory - 1) / Memory)) + (step * (x - pair.Mean));
        pair.Runs = runs;
        model.Runs++;
    }

    /// <summary>What is expected of a task of the class on a machine, as a logarithm, with its uncertainty.</summary>
    /// <param name="length">Stands in for the length of a class that was never seen.</param>
    public Prediction Predict(in RunClass task, NodeTraits? node, double length)
    {
        _tasks.TryGetValue(task, out var model);
        var at = _nodeClasses.IndexOf(ClassOf(node));
        var slowness = at >= 0 ? _slowness[at].Mean : SlownessOfSpeed(node);
        var prior = (model is null ? length : LengthOf(model, except: -1) ?? length) + slowness;
        if (model is null || at < 0 || at >= model.Pairs.Length || model.Pairs[at].Runs == 0) return new Prediction(prior, PairDeviation, 0, model?.Runs ?? 0);
        ref var pair = ref model.Pairs[at];
        var (own, known) = (pair.Runs / Noise(pair), 1 / (PairDeviation * PairDeviation));
        return new Prediction(((own * pair.Mean) + (known * prior)) / (own + known), 1 / Math.Sqrt(own + known), (long)pair.Runs, model.Runs);
    }

    public static string ClassOf(NodeTraits? node) => node?.Class ?? "";

    public void RestoreNodeClass(string name, Slowness slowness)
    {
        _nodeClasses.Add(name);
        _slowness.Add(slowness);
    }

    public void RestoreTask(in RunClass task, TaskClass model)
    {
        _tasks[task] = model;
        _observations = Math.Max(_observations, model.UpdatedAt);
    }

    private static double SlownessOfSpeed(NodeTraits? node) => node is { Speed: > 0 } ? -Math.Log(node.Speed) : 0;

    private static double Noise(in Pair pair) =>
        ((NoiseWeight * NoiseDeviation * NoiseDeviation) + pair.Squares) / (NoiseWeight + Math.Max(0, pair.Runs - 1));

    /// <summary>The task class's length: the mean over the node classes it has met of what it took there less their slowness.</summary>
    private double? LengthOf(TaskClass model, int except)
    {
        double sum = 0, weight = 0;
        for (var i = 0; i < model.Pairs.Length; i++)
        {
            if (i == except || model.Pairs[i].Runs == 0) continue;
            var own = model.Pairs[i].Runs / (model.Pairs[i].Runs + 1);
            sum += own * (model.Pairs[i].Mean - _slowness[i].Mean);
            weight += own;
        }
        return weight == 0 ? null : sum / weight;
    }

    private int IndexOf(NodeTraits? node)
    {
        var name = ClassOf(node);
        var at = _nodeClasses.IndexOf(name);
        if (at >= 0) return at;
        if (_nodeClasses.Count >= MostNodeClasses) (name, node) = ("", null);
        at = _nodeClasses.IndexOf(name);
        if (at >= 0) return at;
        RestoreNodeClass(name, new Slowness(SlownessOfSpeed(node), SlownessWeight));
        return _nodeClasses.Count - 1;
    }
}
