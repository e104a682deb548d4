using Granary.Optimization.Randomness;

namespace Granary.Optimization.Policy;

/// <summary>A simulated workload: agents that share one machine, each with its own stream of tasks.</summary>
public sealed record QueueWorldOptions
{
    /// <summary>What each agent is owed, over 0.</summary>
    public double[] Weights { get; init; } = [1, 1, 2, 2, 4, 4];

    /// <summary>Tasks that arrive in a second, between burst and lull.</summary>
    public double[] Rates { get; init; } = [5.6, 1.4, 2.8, 0.7, 2.1, 4.2];

    /// <summary>Mean work of a task in machine-seconds; exponential.</summary>
    public double[] Work { get; init; } = [0.02, 0.1, 0.03, 0.16, 0.05, 0.02];

    /// <summary>How much a burst multiplies an agent's rate, and a lull divides it.</summary>
    public double Burst { get; init; } = 2.2;

    /// <summary>Mean seconds of a burst or lull.</summary>
    public double Phase { get; init; } = 20;

    /// <summary>The part of a step that is lost when all shares change hands (caches are cold, processes move), less in proportion; 0 to 1.</summary>
    public double MoveLoss { get; init; } = 0.3;

    /// <summary>Seconds between two decisions.</summary>
    public double Step { get; init; } = 1;

    /// <summary>Decisions of an episode.</summary>
    public int Steps { get; init; } = 200;

    internal int Agents => Weights.Length;

    internal void Validate()
    {
        Require.AtLeast(Agents, 1, "the number of agents");
        Require.Length(Rates.Length, Agents, nameof(Rates));
        Require.Length(Work.Length, Agents, nameof(Work));
        foreach (var weight in Weights) Require.Positive(weight, "a weight");
        foreach (var rate in Rates) Require.Within(rate, 0, 1e6, "a rate");
        foreach (var work in Work) Require.Positive(work, "the work of a task");
        Require.Within(Burst, 1, 100, nameof(Burst));
        Require.Positive(Phase, nameof(Phase));
        Require.Within(MoveLoss, 0, 1, nameof(MoveLoss));
        Require.Positive(Step, nameof(Step));
        Require.AtLeast(Steps, 1, nameof(Steps));
    }
}

/// <summary>
/// The world as a discrete process: in each step tasks arrive (Poisson, the rate switching between burst and lull as a two-state Markov chain), each agent is served
/// by its share, and what an agent leaves idle goes to the others by their shares, as generalized processor sharing does (Parekh and Gallager, 1993). Fluid within an agent.
/// </summary>
public sealed class QueueWorld
{
    private readonly QueueWorldOptions _options;
    private readonly RandomStream _random;
    private readonly bool[] _burst;
    private readonly double[] _backlog, _smoothed, _served, _arrived, _left, _shares;

    public QueueWorld(QueueWorldOptions options, long seed)
    {
        options.Validate();
        (_options, _random) = (options, new RandomStream(seed));
        var n = options.Agents;
        (_burst, _backlog, _smoothed, _served) = (new bool[n], new double[n], new double[n], new double[n]);
        (_arrived, _left, _shares) = (new double[n], new double[n], new double[n]);
        _shares.AsSpan().Fill(1.0 / n);
        for (var i = 0; i < n; i++)
        {
            _burst[i] = _random.Uniform() < 0.5;
            _smoothed[i] = options.Rates[i] * options.Work[i];
        }
    }

    /// <summary>A world that goes on from what is known of a real one.</summary>
    /// <param name="backlog">Work that waits, in machine-seconds, one value an agent.</param>
    /// <param name="arrivals">Work that arrives in a second, likewise; an agent is in its burst where that is over its rate.</param>
    /// <param name="shares">In force until now; they sum to 1.</param>
    public QueueWorld(QueueWorldOptions options, long seed, ReadOnlySpan<double> backlog, ReadOnlySpan<double> arrivals, ReadOnlySpan<double> shares) : this(options, seed)
    {
        Require.Length(backlog.Length, Agents, "backlogs");
        Require.Length(arrivals.Length, Agents, "arrivals");
        Require.Length(shares.Length, Agents, "shares");
        Require.Finite(backlog, "backlogs");
        Require.Finite(arrivals, "arrivals");
        Require.Finite(shares, "shares");
        for (var i = 0; i < Agents; i++)
        {
            (_backlog[i], _smoothed[i]) = (Math.Max(0, backlog[i]), Math.Max(0, arrivals[i]));
            _burst[i] = arrivals[i] > options.Rates[i] * options.Work[i];
        }
        shares.CopyTo(_shares);
    }

    public int Agents => _options.Agents;

    public QueueWorldOptions Options => _options;

    /// <summary>Work that waits, in machine-seconds, one value an agent.</summary>
    public ReadOnlySpan<double> Backlog => _backlog;

    /// <summary>Work that arrived in a second of late, in machine-seconds.</summary>
    public ReadOnlySpan<double> ArrivalRate => _smoothed;

    /// <summary>Runs a step under shares.</summary>
    /// <returns>What it was like.</returns>
    public WorldReward Step(ReadOnlySpan<double> shares)
    {
        Require.Length(shares.Length, Agents, "shares");
        Require.Finite(shares, "shares");
        for (var i = 0; i < Agents; i++)
        {
            if (_random.Uniform() < _options.Step / _options.Phase) _burst[i] = !_burst[i];
            var rate = _options.Rates[i] * (_burst[i] ? _options.Burst : 1 / _options.Burst);
            _arrived[i] = 0;
            for (var task = _random.Poisson(rate * _options.Step); task > 0; task--) _arrived[i] += _random.Exponential(_options.Work[i]);
            _backlog[i] += _arrived[i];
            _smoothed[i] += 0.2 * (_arrived[i] / _options.Step - _smoothed[i]);
        }
        Serve(shares);
        return WorldReward.Of(_options, _backlog, _served);
    }

    private void Serve(ReadOnlySpan<double> shares)
    {
        _served.AsSpan().Clear();
        _backlog.CopyTo(_left, 0);
        var moved = 0.0;
        for (var i = 0; i < Agents; i++) moved += 0.5 * Math.Abs(shares[i] - _shares[i]);
        shares.CopyTo(_shares);
        var capacity = _options.Step * (1 - _options.MoveLoss * Math.Min(1, moved));
        for (var round = 0; round < Agents && capacity > 1e-12; round++)
        {
            var sum = 0.0;
            for (var i = 0; i < Agents; i++) sum += _left[i] > 0 ? Math.Max(shares[i], 1e-9) : 0;
            if (sum <= 0) break;
            var given = 0.0;
            for (var i = 0; i < Agents; i++)
            {
                if (_left[i] <= 0) continue;
                var part = Math.Min(_left[i], capacity * Math.Max(shares[i], 1e-9) / sum);
                _left[i] -= part;
                _served[i] += part;
                given += part;
            }
            capacity -= given;
        }
        _left.CopyTo(_backlog, 0);
    }
}
