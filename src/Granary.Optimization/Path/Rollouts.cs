using Granary.Optimization.Plans;
using Granary.Optimization.Policy;

namespace Granary.Optimization.Path;

/// <summary>The settings of rollouts.</summary>
public sealed record RolloutOptions
{
    /// <summary>How the world goes: its bursts, what moving shares costs, its steps and what they last. Weights, rates and work are the situation's.</summary>
    public QueueWorldOptions World { get; init; } = new() { Steps = 20 };

    /// <summary>Worlds that each allocation is tried in to choose one, and as many others to judge the choice.</summary>
    public int Worlds { get; init; } = 24;

    /// <summary>Plans of the front that are tried, the best by score.</summary>
    public int Plans { get; init; } = 8;

    /// <summary>Changes to the chosen allocation that are tried.</summary>
    public int Tries { get; init; } = 16;

    internal void Validate()
    {
        World.Validate();
        Require.AtLeast(Worlds, 4, nameof(Worlds));
        Require.AtLeast(Plans, 0, nameof(Plans));
        Require.AtLeast(Tries, 0, nameof(Tries));
    }
}

/// <summary>
/// What allocations are worth where capacity is shared as schedulers share it: by weight among those who want any, so that what one leaves goes to the others. Allocations are tried in simulated
/// worlds (<see cref="QueueWorld"/>) that go on from the backlog of now, the same worlds for all. Source: Bertsekas and Tsitsiklis, "Neuro-dynamic programming" (1996), section 6.1: rollout.
/// </summary>
public sealed class Rollouts
{
    /// <summary>More tasks of an agent in a step than this are drawn as fewer, larger ones.</summary>
    private const double TasksAStep = 20;

    private const int Remembered = 240;

    private readonly QueueWorldOptions _world;
    private readonly double[] _backlog, _arrivals, _shares, _trial;

    /// <param name="load">Capacity that each agent could use now.</param>
    /// <param name="forecasts">What is expected from elsewhere; null: the mean of its history.</param>
    public Rollouts(PathSituation situation, double[] load, IReadOnlyList<ForecastBand>? forecasts, RolloutOptions options)
    {
        options.Validate();
        var (agents, n, capacity) = (situation.Agents, situation.Agents.Count, situation.Capacity);
        Require.Length(load.Length, n, "the load");
        var (rates, work, burst) = (new double[n], new double[n], options.World.Burst);
        for (var i = 0; i < n; i++)
        {
            var mean = forecasts is not null ? forecasts[i].Mean.Average() : i < situation.History.Count ? Mean(situation.History[i], load[i]) : load[i];
            work[i] = Math.Clamp(agents[i].Work / capacity, 1e-9, 1e9);
            rates[i] = Math.Clamp(mean / capacity / work[i] / (0.5 * (burst + 1 / burst)), 0, 1e6);
            var crowd = Math.Max(1, rates[i] * burst * options.World.Step / TasksAStep);
            (rates[i], work[i]) = (rates[i] / crowd, work[i] * crowd);
        }
        _world = options.World with { Weights = [.. agents.Select(a => a.Weight)], Rates = rates, Work = work };
        _backlog = [.. (situation.Backlog ?? new double[n]).Select(b => double.IsNaN(b) ? 0 : Math.Clamp(b / capacity, 0, 1e6))];
        _arrivals = [.. load.Select(l => Math.Clamp(l / capacity, 0, 1e6))];
        (_shares, _trial) = (new double[n], new double[n]);
        Shares(situation.Incumbent ?? situation.Current ?? MaxMinShares.ByWeight(agents, capacity), _shares);
    }

    /// <summary>The world as it is now, for strategies and policies that look at one.</summary>
    public QueueWorld Now => new(_world, 0, _backlog, _arrivals, _shares);

    /// <summary>How it goes: weights, rates and work of the situation.</summary>
    public QueueWorldOptions World => _world;

    /// <summary>The mean reward of a step in each world.</summary>
    public double[] Rewards(ReadOnlySpan<double> allocation, long seed, int worlds)
    {
        var rewards = new double[worlds];
        Shares(allocation, _trial);
        for (var w = 0; w < worlds; w++)
        {
            var world = new QueueWorld(_world, seed + w, _backlog, _arrivals, _shares);
            for (var t = 0; t < _world.Steps; t++) rewards[w] += world.Step(_trial).Value / _world.Steps;
        }
        return rewards;
    }

    private static double Mean(double[] history, double otherwise)
    {
        var (sum, count) = (0.0, 0);
        foreach (var value in history.AsSpan(Math.Max(0, history.Length - Remembered)))
        {
            if (!Require.IsFinite(value)) continue;
            sum += Math.Max(0, value);
            count++;
        }
        return count > 0 ? sum / count : otherwise;
    }

    private static void Shares(ReadOnlySpan<double> allocation, Span<double> shares)
    {
        var sum = 0.0;
        foreach (var value in allocation) sum += Math.Max(0, value);
        for (var i = 0; i < shares.Length; i++) shares[i] = sum > 0 ? Math.Max(0, allocation[i]) / sum : 1.0 / shares.Length;
    }
}
