using Granary.Optimization.Randomness;

namespace Granary.Optimization.Policy;

/// <summary>The settings of learning.</summary>
public sealed record PolicyGradientOptions
{
    /// <summary>The size of the first steps.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Steps after which they are half as large, then a third, and so on.</summary>
    public double Cooling { get; init; } = 100;

    /// <summary>How much a reward counts a step later, 0 to 1, 1 excluded.</summary>
    public double Discount { get; init; } = 0.9;

    /// <summary>How much wide trying is worth.</summary>
    public double Entropy { get; init; } = 0.002;

    /// <summary>Episodes that one step of learning averages over.</summary>
    public int Batch { get; init; } = 8;

    internal void Validate()
    {
        Require.Within(LearningRate, 1e-9, 10, nameof(LearningRate));
        Require.Positive(Cooling, nameof(Cooling));
        Require.Within(Discount, 0, 0.9999, nameof(Discount));
        Require.Within(Entropy, 0, 10, nameof(Entropy));
        Require.AtLeast(Batch, 1, nameof(Batch));
    }
}

/// <summary>
/// REINFORCE with a baseline and an entropy bonus. Sources: Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning"
/// (1992); the baseline is a linear function of what is seen, fitted to the returns as they come (Sutton and Barto, 2018, section 13.4); entropy: Williams and Peng (1991);
/// advantages are put on one scale and steps are Adam's (Kingma and Ba, 2015). The same seed learns the same policy.
/// </summary>
public sealed class PolicyGradient
{
    private const int Seen = 4;

    private readonly PolicyGradientOptions _options;
    private readonly RandomStream _random;
    private readonly double[] _value = new double[Seen];
    private readonly double[] _first = new double[GaussianPolicy.Features + 1], _second = new double[GaussianPolicy.Features + 1];
    private int _steps;

    public PolicyGradient(PolicyGradientOptions options, long seed, GaussianPolicy? start = null)
    {
        options.Validate();
        (_options, _random, Policy) = (options, new RandomStream(seed), start?.Copy() ?? new GaussianPolicy());
    }

    public GaussianPolicy Policy { get; }

    /// <summary>Learns from a batch of episodes, each in a world of its own.</summary>
    /// <returns>The mean reward of a step while trying.</returns>
    public double Learn(QueueWorldOptions world)
    {
        world.Validate();
        var (n, count) = (world.Agents, _options.Batch * world.Steps);
        var (features, means, tried, seen) = (new double[count * n * GaussianPolicy.Features], new double[count * n], new double[count * n], new double[count * Seen]);
        var (returns, mean, shares) = (new double[count], 0.0, new double[n]);
        for (var episode = 0; episode < _options.Batch; episode++)
        {
            var queue = new QueueWorld(world, (long)(_random.Uniform() * (1L << 53)));
            for (var t = 0; t < world.Steps; t++)
            {
                var row = episode * world.Steps + t;
                var f = features.AsSpan(row * n * GaussianPolicy.Features, n * GaussianPolicy.Features);
                GaussianPolicy.Observe(queue, f);
                Policy.Means(f, means.AsSpan(row * n, n));
                Policy.Try(means.AsSpan(row * n, n), tried.AsSpan(row * n, n), _random);
                Look(queue, seen.AsSpan(row * Seen, Seen));
                tried.AsSpan(row * n, n).CopyTo(shares);
                GaussianPolicy.Softmax(shares);
                returns[row] = queue.Step(shares).Value;
                mean += returns[row] / count;
            }
            for (var t = world.Steps - 2; t >= 0; t--) returns[episode * world.Steps + t] += _options.Discount * returns[episode * world.Steps + t + 1];
        }
        Step(n, features, means, tried, Advantages(returns, seen));
        return mean;
    }

    private static void Look(QueueWorld world, Span<double> seen)
    {
        var (backlog, arrivals, waits) = (0.0, 0.0, 0.0);
        for (var i = 0; i < world.Agents; i++)
        {
            backlog += world.Backlog[i];
            arrivals += world.ArrivalRate[i];
            waits += world.Backlog[i] / (world.Backlog[i] + world.ArrivalRate[i] + 0.01) / world.Agents;
        }
        (seen[0], seen[1], seen[2], seen[3]) = (1, Math.Log(1 + backlog), arrivals, waits);
    }

    /// <summary>What each return was beyond what was to be expected, with mean 0 and deviation 1; the expectation is then fitted to the returns.</summary>
    private double[] Advantages(double[] returns, double[] seen)
    {
        var (advantages, squares) = (new double[returns.Length], 0.0);
        for (var row = 0; row < returns.Length; row++) advantages[row] = returns[row] - Control.Dense.Dot(_value, seen.AsSpan(row * Seen, Seen));
        var mean = advantages.Average();
        foreach (var a in advantages) squares += (a - mean) * (a - mean);
        var scale = 1 / (Math.Sqrt(squares / returns.Length) + 1e-8);
        for (var row = 0; row < returns.Length; row++) advantages[row] = (advantages[row] - mean) * scale;
        Fit(returns, seen);
        return advantages;
    }

    /// <summary>Least squares with a small ridge, moved halfway to, so that one batch does not decide.</summary>
    private void Fit(double[] returns, double[] seen)
    {
        var (normal, right) = (new double[Seen * Seen], new double[Seen]);
        for (var row = 0; row < returns.Length; row++)
        {
            for (var i = 0; i < Seen; i++)
            {
                right[i] += seen[row * Seen + i] * returns[row];
                for (var j = 0; j < Seen; j++) normal[i * Seen + j] += seen[row * Seen + i] * seen[row * Seen + j];
            }
        }
        for (var i = 0; i < Seen; i++) normal[i * Seen + i] += 1e-3 * returns.Length;
        if (!Control.Dense.Solve(normal, right)) return;
        for (var i = 0; i < Seen; i++) _value[i] += 0.5 * (right[i] - _value[i]);
    }

    private void Step(int n, double[] features, double[] means, double[] tried, double[] advantages)
    {
        var gradient = new double[GaussianPolicy.Features + 1];
        var variance = Math.Exp(2 * Policy.LogDeviation);
        for (var row = 0; row < advantages.Length; row++)
        {
            for (var i = 0; i < n; i++)
            {
                var off = tried[row * n + i] - means[row * n + i];
                var factor = advantages[row] * off / variance / (n * advantages.Length);
                for (var k = 0; k < GaussianPolicy.Features; k++) gradient[k] += factor * features[(row * n + i) * GaussianPolicy.Features + k];
                gradient[^1] += advantages[row] * (off * off / variance - 1) / (n * advantages.Length);
            }
        }
        gradient[^1] += _options.Entropy; // the entropy of a normal distribution grows by one with the logarithm of its deviation
        _steps++;
        var step = new double[gradient.Length];
        var rate = _options.LearningRate / (1 + _steps / _options.Cooling);
        for (var k = 0; k < gradient.Length; k++)
        {
            _first[k] = 0.9 * _first[k] + 0.1 * gradient[k];
            _second[k] = 0.99 * _second[k] + 0.01 * gradient[k] * gradient[k];
            step[k] = rate * (_first[k] / (1 - Math.Pow(0.9, _steps))) / (Math.Sqrt(_second[k] / (1 - Math.Pow(0.99, _steps))) + 1e-8);
        }
        Policy.Move(step, step[^1]);
    }
}
