using Granary.Optimization.Randomness;

namespace Granary.Optimization.Policy;

/// <summary>
/// Shares by a policy with continuous actions: each agent's preference is normal around a linear function of what is seen of it, the same function for all, and
/// shares are the softmax of preferences. So it has few parameters, and serves one agent as well as a thousand.
/// </summary>
public sealed class GaussianPolicy
{
    /// <summary>What is seen of an agent, beside the constant of the softmax: weight, arrivals and backlog, in logarithms, the wait, and what waits by weight.</summary>
    public const int Features = 5;

    private readonly double[] _theta;

    public GaussianPolicy(double deviation = 0.3) : this(new double[Features], Math.Log(deviation))
    {
    }

    private GaussianPolicy(double[] theta, double logDeviation) => (_theta, LogDeviation) = (theta, logDeviation);

    /// <summary>A policy that was kept as numbers.</summary>
    public static GaussianPolicy Restore(ReadOnlySpan<double> parameters, double logDeviation)
    {
        Require.Length(parameters.Length, Features, "the parameters of a policy");
        Require.Finite(parameters, "the parameters of a policy");
        Require.Finite(logDeviation, "the deviation of a policy");
        var policy = new GaussianPolicy(new double[Features], 0);
        policy.Move(parameters, logDeviation);
        return policy;
    }

    public ReadOnlySpan<double> Parameters => _theta;

    /// <summary>The logarithm of how widely it tries.</summary>
    public double LogDeviation { get; private set; }

    public GaussianPolicy Copy() => new((double[])_theta.Clone(), LogDeviation);

    /// <summary>Fills in what is seen, a row an agent.</summary>
    public static void Observe(QueueWorld world, Span<double> features) => Observe(world.Options.Weights, world.ArrivalRate, world.Backlog, features);

    /// <summary>Fills in what is seen, a row an agent: weights over 0, work that arrives in a second and work that waits, both as parts of the capacity.</summary>
    public static void Observe(ReadOnlySpan<double> weights, ReadOnlySpan<double> arrivals, ReadOnlySpan<double> backlog, Span<double> features)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            var f = features.Slice(i * Features, Features);
            f[0] = Math.Log(weights[i]);
            f[1] = Math.Log(arrivals[i] + 0.01);
            f[2] = Math.Log(backlog[i] + 0.01);
            var wait = backlog[i] / (arrivals[i] + 0.01);
            f[3] = wait / (1 + wait);
            f[4] = Math.Log(weights[i] * backlog[i] + 0.01);
        }
    }

    /// <summary>The mean preference of each agent.</summary>
    public void Means(ReadOnlySpan<double> features, Span<double> means)
    {
        for (var i = 0; i < means.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < Features; k++) sum += _theta[k] * features[i * Features + k];
            means[i] = Math.Clamp(sum, -20, 20);
        }
    }

    /// <summary>The shares that it thinks best, without trying.</summary>
    public void Act(QueueWorld world, Span<double> shares)
    {
        var features = new double[world.Agents * Features];
        Observe(world, features);
        Means(features, shares);
        Softmax(shares);
    }

    /// <summary>Draws preferences about the means.</summary>
    public void Try(ReadOnlySpan<double> means, Span<double> preferences, RandomStream random)
    {
        var deviation = Math.Exp(LogDeviation);
        for (var i = 0; i < means.Length; i++) preferences[i] = means[i] + deviation * random.Normal();
    }

    /// <summary>The logarithm of the density of preferences under this policy, without its constant.</summary>
    public double LogDensity(ReadOnlySpan<double> features, ReadOnlySpan<double> preferences)
    {
        var (sum, variance) = (0.0, Math.Exp(2 * LogDeviation));
        var means = new double[preferences.Length];
        Means(features, means);
        for (var i = 0; i < means.Length; i++) sum -= (preferences[i] - means[i]) * (preferences[i] - means[i]) / (2 * variance) + LogDeviation;
        return sum;
    }

    internal void Move(ReadOnlySpan<double> step, double logDeviation)
    {
        for (var k = 0; k < Features; k++) _theta[k] = Math.Clamp(_theta[k] + step[k], -10, 10);
        LogDeviation = Math.Clamp(LogDeviation + logDeviation, Math.Log(0.05), Math.Log(1));
    }

    internal static void Softmax(Span<double> values)
    {
        var (most, sum) = (double.NegativeInfinity, 0.0);
        foreach (var value in values) most = Math.Max(most, value);
        for (var i = 0; i < values.Length; i++) sum += values[i] = Math.Exp(values[i] - most);
        for (var i = 0; i < values.Length; i++) values[i] /= sum;
    }
}
