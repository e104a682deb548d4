using Granary.Optimization.Randomness;

namespace Granary.Optimization.Policy;

/// <summary>The settings of <see cref="EpsilonGreedy"/>.</summary>
public sealed record EpsilonGreedyOptions
{
    /// <summary>The part of choices that are random at first, 0 to 1.</summary>
    public double Start { get; init; } = 0.5;

    /// <summary>The part that always stays random.</summary>
    public double Floor { get; init; } = 0.02;

    /// <summary>Choices until the part above the floor has halved.</summary>
    public double HalfLife { get; init; } = 50;

    /// <summary>How much a new reward counts at least, so that a change is noticed; 0: all rewards count alike.</summary>
    public double Memory { get; init; }

    internal void Validate()
    {
        Require.Within(Floor, 0, 1, nameof(Floor));
        Require.Within(Start, Floor, 1, nameof(Start));
        Require.Positive(HalfLife, nameof(HalfLife));
        Require.Within(Memory, 0, 1, nameof(Memory));
    }
}

/// <summary>
/// Which of some strategies to use: mostly the one with the best mean reward, sometimes any, less often as time goes on. Source: Sutton and Barto, "Reinforcement
/// learning" (2018), chapter 2; the decay: Auer, Cesa-Bianchi and Fischer (2002).
/// </summary>
public sealed class EpsilonGreedy
{
    private readonly EpsilonGreedyOptions _options;
    private readonly RandomStream _random;
    private readonly double[] _means;
    private readonly long[] _counts;
    private long _choices;

    public EpsilonGreedy(int strategies, EpsilonGreedyOptions options, long seed)
    {
        Require.AtLeast(strategies, 1, "the number of strategies");
        options.Validate();
        (_options, _random, _means, _counts) = (options, new RandomStream(seed), new double[strategies], new long[strategies]);
    }

    /// <summary>The part of the next choices that is random.</summary>
    public double Epsilon => _options.Floor + (_options.Start - _options.Floor) * Math.Pow(2, -_choices / _options.HalfLife);

    public ReadOnlySpan<double> Means => _means;

    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Choices so far.</summary>
    public long Choices => _choices;

    /// <summary>Goes on from what was kept.</summary>
    public void Restore(long choices, ReadOnlySpan<long> counts, ReadOnlySpan<double> means)
    {
        Require.Length(counts.Length, _counts.Length, "counts of strategies");
        Require.Length(means.Length, _means.Length, "means of strategies");
        Require.Finite(means, "means of strategies");
        foreach (var count in counts)
            if (count < 0) throw new ArgumentException($"a strategy was rewarded {count} times; 0 or more is needed");
        counts.CopyTo(_counts);
        means.CopyTo(_means);
        _choices = Math.Max(0, choices);
    }

    /// <summary>The strategy with the best mean, of those that were tried; 0 before the first.</summary>
    public int Best
    {
        get
        {
            var best = -1;
            for (var i = 0; i < _means.Length; i++)
            {
                if (_counts[i] > 0 && (best < 0 || _means[i] > _means[best])) best = i;
            }
            return Math.Max(0, best);
        }
    }

    /// <summary>Chooses: each strategy once, then as above.</summary>
    public int Choose()
    {
        var epsilon = Epsilon;
        _choices++;
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0) return i;
        }
        return _random.Uniform() < epsilon ? _random.Below(_means.Length) : Best;
    }

    /// <summary>Takes the reward of a strategy that was used. One that is not finite is refused and changes nothing.</summary>
    public void Reward(int strategy, double reward)
    {
        if (strategy < 0 || strategy >= _means.Length) throw new ArgumentException($"there is no strategy {strategy}; there are {_means.Length}");
        Require.Finite(reward, "a reward");
        _counts[strategy]++;
        _means[strategy] += Math.Max(_options.Memory, 1.0 / _counts[strategy]) * (reward - _means[strategy]);
    }
}
