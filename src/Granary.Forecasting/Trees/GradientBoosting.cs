namespace Granary.Forecasting.Trees;

/// <summary>
/// Gradient-boosted regression trees (Friedman, "Greedy function approximation: a gradient boosting machine", 2001) for squared error: each tree is grown on
/// what the ones before it left over. The last rows decide how many trees there are; then as many are grown on all rows. Deterministic from the seed.
/// </summary>
public sealed class GradientBoosting
{
    private readonly List<RegressionTree> _trees = [];
    private readonly int _features;
    private float _start;

    private GradientBoosting(int features) => _features = features;

    public int Trees => _trees.Count;

    /// <summary>Grows trees.</summary>
    /// <param name="rows">Row after row, each with this many features; finite.</param>
    /// <param name="targets">One a row; finite.</param>
    /// <param name="validation">Rows at the end that decide how many trees there are; 0 grows all.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, there are no rows, or a number is not finite.</exception>
    public static GradientBoosting Fit(ReadOnlySpan<float> rows, int features, ReadOnlySpan<float> targets, int validation = 0, TreeOptions? options = null)
    {
        options = (options ?? new()).Validated();
        if (features < 1 || targets.IsEmpty || rows.Length != (long)features * targets.Length || validation < 0 || validation >= targets.Length)
            throw new ArgumentException($"{targets.Length} targets, {rows.Length} values, {features} features and {validation} rows for validation do not fit together");
        foreach (var value in rows) CheckFinite(value);
        foreach (var value in targets) CheckFinite(value);
        var model = new GradientBoosting(features);
        if (validation == 0)
        {
            model.Grow(rows, targets, options.MaxTrees, options, []);
            return model;
        }
        var learned = targets.Length - validation;
        var errors = new double[options.MaxTrees + 1];
        model.Grow(rows, targets, options.MaxTrees, options, errors, learned);
        var best = Array.IndexOf(errors, errors.Where(e => e > 0).DefaultIfEmpty(0).Min());
        model._trees.Clear();
        model.Grow(rows, targets, Math.Max(0, best), options, []);
        return model;
    }

    /// <summary>Allocates nothing.</summary>
    public float Predict(ReadOnlySpan<float> features)
    {
        if (features.Length != _features) throw new ArgumentException($"the trees know {_features} features, not {features.Length}", nameof(features));
        var sum = _start;
        foreach (var tree in _trees) sum += tree.Predict(features);
        return sum;
    }

    /// <param name="errors">When not empty: becomes the squared error of the rows after the learned ones, with 0, 1, 2... trees; growing ends early.</param>
    private void Grow(ReadOnlySpan<float> rows, ReadOnlySpan<float> targets, int trees, TreeOptions options, Span<double> errors, int learned = 0)
    {
        if (errors.IsEmpty) learned = targets.Length;
        var grower = new TreeGrower(new BinnedRows(rows[..(learned * _features)], _features, options.Bins), options);
        var random = new Random(options.Seed);
        var (residuals, mean) = (new float[targets.Length], 0.0);
        for (var n = 0; n < learned; n++) mean += targets[n] / (double)learned;
        _start = (float)mean;
        for (var n = 0; n < residuals.Length; n++) residuals[n] = targets[n] - _start;
        var sample = new int[Math.Max(1, (int)(options.Sample * learned))];
        var best = 0;
        for (var tree = 0; tree <= trees; tree++)
        {
            if (!errors.IsEmpty)
            {
                foreach (var left in residuals.AsSpan(learned)) errors[tree] += Math.Max((double)left * left, 1e-300);
                if (errors[tree] < errors[best]) best = tree;
                if (tree - best >= options.Patience) break;
            }
            if (tree == trees) break;
            Draw(sample, learned, random);
            var grown = grower.Grow(residuals, sample);
            // a tree that found nothing to split would be followed by others that do not either, unless another sample finds something
            _trees.Add(grown);
            for (var n = 0; n < residuals.Length; n++) residuals[n] -= grown.Predict(rows.Slice(n * _features, _features));
        }
    }

    // every row with the same chance, in rising order: selection sampling (Knuth, volume 2, algorithm S)
    private static void Draw(Span<int> sample, int of, Random random)
    {
        var taken = 0;
        for (var n = 0; taken < sample.Length; n++)
            if (random.NextDouble() * (of - n) < sample.Length - taken) sample[taken++] = n;
    }

    private static void CheckFinite(float value)
    {
        if (!float.IsFinite(value)) throw new ArgumentException($"a value is {value}: give finite ones");
    }
}
