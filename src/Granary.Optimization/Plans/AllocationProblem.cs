using Granary.Optimization.Nsga3;

namespace Granary.Optimization.Plans;

/// <summary>One agent as a plan sees it.</summary>
/// <param name="Rate">Tasks that arrive in a second.</param>
/// <param name="Work">Capacity-seconds of a task.</param>
/// <param name="Weight">What it is owed beside others, over 0.</param>
/// <param name="Guarantee">Capacity that it always gets.</param>
/// <param name="Limit">Capacity that it never exceeds; null: all of it.</param>
public sealed record PlanAgent(string Id, double Rate, double Work, double Weight = 1, double Guarantee = 0, double? Limit = null);

/// <summary>What a plan does to the four things that one may want; the smaller the better, each 0 to 1 but latency.</summary>
/// <param name="Latency">Mean time of a task in the system, in seconds, over all that are served.</param>
/// <param name="Loss">The part of offered work that is turned away or waits for good: 1 - throughput / offered.</param>
/// <param name="Idle">The part of the capacity given out that is not used: 1 - utilisation.</param>
/// <param name="Unfairness">1 - Jain's index of capacity given beside what <see cref="MaxMinShares"/> would give, over agents that want any.</param>
public readonly record struct PlanObjectives(double Latency, double Loss, double Idle, double Unfairness)
{
    internal double[] ToArray() => [Latency, Loss, Idle, Unfairness];
}

/// <summary>
/// Capacity for agents, as a problem with four objectives. Each agent is a queue with a finite room (M/M/1/K; Kleinrock, "Queueing systems I", 1975), so that every
/// objective is finite under any load. Fairness: Jain, Chiu and Hawe (1984). A variable is how far an agent's capacity is between its guarantee and its limit; what is
/// more than there is, is taken from all alike, so that every point is a plan. Capacity may be left out, for others to use.
/// </summary>
public sealed class AllocationProblem : IProblem
{
    /// <summary>Tasks that an agent's queue holds.</summary>
    public const int Room = 50;

    private readonly double[] _allocation, _fair;
    private readonly double _guaranteed;

    /// <exception cref="ArgumentException">No agent, or a number that is not finite or out of its range; the agent is named.</exception>
    /// <exception cref="InfeasibleException">Guarantees are more than the capacity.</exception>
    public AllocationProblem(IReadOnlyList<PlanAgent> agents, double capacity)
    {
        Require.AtLeast(agents.Count, 1, "the number of agents");
        Require.Positive(capacity, "the capacity");
        foreach (var agent in agents)
        {
            Require.Within(agent.Rate, 0, 1e9, $"the rate of {agent.Id}");
            Require.Positive(agent.Work, $"the work of a task of {agent.Id}");
            Require.Positive(agent.Weight, $"the weight of {agent.Id}");
            Require.Within(agent.Guarantee, 0, 1e12, $"the guarantee of {agent.Id}");
            if (agent.Limit is { } limit) Require.Within(limit, agent.Guarantee, 1e12, $"the limit of {agent.Id}");
            _guaranteed += agent.Guarantee;
        }
        if (_guaranteed > capacity * (1 + 1e-12)) throw new InfeasibleException($"guarantees of {_guaranteed:G6} are over the capacity of {capacity:G6}; lower them or add capacity");
        (Agents, Capacity, _allocation) = (agents, capacity, new double[agents.Count]);
        _fair = MaxMinShares.Allocate(agents, capacity, [.. agents.Select(a => a.Rate * a.Work)]);
    }

    public IReadOnlyList<PlanAgent> Agents { get; }

    public double Capacity { get; }

    public int Variables => Agents.Count;

    public int Objectives => 4;

    public void Bounds(Span<double> lower, Span<double> upper)
    {
        lower.Clear();
        upper.Fill(1);
    }

    public void Evaluate(ReadOnlySpan<double> x, Span<double> objectives, Span<double> constraints)
    {
        Allocate(x, _allocation);
        var found = Judge(_allocation);
        (objectives[0], objectives[1], objectives[2], objectives[3]) = (found.Latency, found.Loss, found.Idle, found.Unfairness);
    }

    /// <summary>Turns variables into capacity for each agent.</summary>
    public void Allocate(ReadOnlySpan<double> x, Span<double> allocation)
    {
        var beyond = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            allocation[i] = x[i] * (Limit(i) - Agents[i].Guarantee);
            beyond += allocation[i];
        }
        var scale = beyond > Capacity - _guaranteed ? Math.Max(0, Capacity - _guaranteed) / beyond : 1;
        for (var i = 0; i < x.Length; i++) allocation[i] = Agents[i].Guarantee + allocation[i] * scale;
    }

    /// <summary>The variables that give these capacities, as far as bounds allow.</summary>
    public double[] Variable(ReadOnlySpan<double> allocation)
    {
        var x = new double[Agents.Count];
        for (var i = 0; i < x.Length; i++)
        {
            var range = Limit(i) - Agents[i].Guarantee;
            x[i] = range > 0 ? Math.Clamp((allocation[i] - Agents[i].Guarantee) / range, 0, 1) : 0;
        }
        return x;
    }

    /// <summary>What a plan does.</summary>
    public PlanObjectives Judge(ReadOnlySpan<double> allocation)
    {
        var (inside, served, offered, used, given) = (0.0, 0.0, 0.0, 0.0, 0.0);
        var (sum, squares, wanting) = (0.0, 0.0, 0);
        for (var i = 0; i < allocation.Length; i++)
        {
            var agent = Agents[i];
            given += allocation[i];
            if (agent.Rate <= 0) continue;
            var (length, blocked) = Queue(agent.Rate * agent.Work / Math.Max(allocation[i], 1e-12 * Capacity));
            var through = agent.Rate * (1 - blocked);
            inside += length;
            served += through;
            offered += agent.Rate * agent.Work;
            used += through * agent.Work;
            var part = allocation[i] / Math.Max(_fair[i], 1e-12 * Capacity);
            sum += part;
            squares += part * part;
            wanting++;
        }
        if (wanting == 0) return new PlanObjectives(0, 0, given > 0 ? 1 : 0, 0);
        var fairness = squares > 0 ? sum * sum / (wanting * squares) : 1;
        return new PlanObjectives(served > 0 ? Math.Min(inside / served, 1e6) : 1e6, Math.Clamp(1 - used / offered, 0, 1), given > 0 ? Math.Clamp(1 - used / given, 0, 1) : 0, 1 - fairness);
    }

    /// <summary>Tasks in an M/M/1/K queue, and the part of them that finds it full.</summary>
    private static (double Length, double Blocked) Queue(double load)
    {
        if (Math.Abs(load - 1) < 1e-6) return (Room / 2.0, 1.0 / (Room + 1));
        if (load > 1)
        {
            // Seen from the full end, in powers of 1/load, so that nothing overflows.
            var inverse = 1 / load;
            var power = Math.Pow(inverse, Room + 1);
            return (Room - inverse / (1 - inverse) + (Room + 1) * power / (1 - power), (1 - inverse) / (1 - power));
        }
        var full = Math.Pow(load, Room + 1);
        return (load / (1 - load) - (Room + 1) * full / (1 - full), (1 - load) * Math.Pow(load, Room) / (1 - full));
    }

    private double Limit(int i) => Math.Min(Agents[i].Limit ?? Capacity, Math.Max(Agents[i].Guarantee, Capacity));
}
