using Granary.Optimization.Path;
using Granary.Optimization.Plans;

namespace Granary.Optimization.Live;

/// <summary>
/// What the agents of a pool could have used over the last while, a sample at each even step, and from it the situation that a <see cref="DecisionPath"/> decides on.
/// </summary>
/// <remarks>
/// What an agent could use is what its tasks use and what those that wait would: as many times what one of its running tasks used last. Rates and work of tasks are those of the time
/// that is remembered; what waits for long is load too, so that an agent's load is never less than what it could use of late. Agents that wanted nothing in all of it are left out, and of the others those that want most are taken, up to <paramref name="mostAgents"/>.
/// </remarks>
/// <param name="memory">Samples that are kept of an agent.</param>
/// <param name="step">From one sample to the next.</param>
/// <param name="mostAgents">In a situation.</param>
public sealed class PoolHistory(int memory, TimeSpan step, int mostAgents = 200)
{
    /// <summary>Of a task of which nothing is known yet, in capacity-seconds.</summary>
    private const double UnknownWork = 1;

    /// <summary>Samples whose demand is load.</summary>
    private const int Lately = 6;

    private readonly Dictionary<string, Agent> _agents = new(StringComparer.Ordinal);
    private long _samples;

    /// <summary>Samples taken so far.</summary>
    public long Samples => _samples;

    /// <summary>Takes one sample of all agents; one that is missing wants nothing any more, and is forgotten after as long as is remembered.</summary>
    /// <exception cref="ArgumentException">A number that is not finite or below 0; the agent is named.</exception>
    public void Observe(IReadOnlyList<AgentSample> agents)
    {
        foreach (var sample in agents)
        {
            Require.Within(sample.Used, 0, 1e12, $"the use of {sample.Id}");
            Require.Within(sample.Received, 0, 1e18, $"what {sample.Id} received");
            Require.Positive(sample.Weight, $"the weight of {sample.Id}");
        }
        _samples++;
        foreach (var sample in agents)
        {
            if (!_agents.TryGetValue(sample.Id, out var agent)) _agents[sample.Id] = agent = new(sample);
            agent.Observe(sample, _samples, memory);
        }
        foreach (var agent in _agents.Values.Where(a => a.SeenAt < _samples).ToList())
        {
            if (_samples - agent.SeenAt > memory) _agents.Remove(agent.Last.Id);
            else agent.Miss(memory);
        }
    }

    /// <summary>What is known for a decision; null where nobody wanted anything.</summary>
    public PathSituation? Situation(double capacity, long seed)
    {
        var wanting = Wanting();
        if (wanting.Count == 0 || !(capacity > 0)) return null;
        PlanAgent[] agents = Plans(wanting, capacity);
        return new()
        {
            Agents = agents,
            Incumbent = MaxMinShares.ByWeight(agents, capacity),
            Capacity = capacity,
            History = [.. wanting.Select(a => a.Demand.ToArray())],
            Backlog = [.. wanting.Select(a => a.Last.Queued * a.Work)],
            Current = [.. wanting.Select(a => Math.Min(a.Last.Used, capacity))],
            Seed = seed,
        };
    }

    /// <summary>Agents as in a situation, and what each could use at the newest sample; none where nobody wanted anything.</summary>
    public (IReadOnlyList<PlanAgent> Agents, double[] Demand) Newest(double capacity)
    {
        var wanting = Wanting();
        return capacity > 0 ? (Plans(wanting, capacity), [.. wanting.Select(a => Math.Min(a.Newest, 1e3 * capacity))]) : ([], []);
    }

    /// <summary>What all agents together could use at the newest sample.</summary>
    public double Load => _agents.Values.Sum(a => a.Newest);

    private List<Agent> Wanting() => [.. _agents.Values.Where(a => a.Wanted > 0).OrderByDescending(a => a.Wanted).ThenBy(a => a.Last.Id, StringComparer.Ordinal).Take(mostAgents)
        .OrderBy(a => a.Last.Id, StringComparer.Ordinal)];

    private PlanAgent[] Plans(List<Agent> wanting, double capacity)
    {
        var guaranteed = wanting.Sum(a => Math.Min(a.Last.Guarantee, capacity));
        var scale = guaranteed > capacity ? capacity / guaranteed : 1; // a pool that has lost nodes may owe more than it has
        return [.. wanting.Select(a => a.Plan(step, capacity, scale))];
    }

    private sealed class Agent(AgentSample first)
    {
        private readonly Queue<(long Ended, double Received, long Arrived)> _counts = [];
        private double _eachTask = 1;

        public AgentSample Last { get; private set; } = first;

        public Queue<double> Demand { get; } = [];

        /// <summary>In all that is remembered.</summary>
        public double Wanted => Demand.Sum();

        public double Newest { get; private set; }

        public long SeenAt { get; private set; }

        /// <summary>Capacity-seconds of a task.</summary>
        public double Work
        {
            get
            {
                var (ended, received, _) = _counts.Peek();
                return Last.Ended > ended && Last.Received > received ? Math.Clamp((Last.Received - received) / (Last.Ended - ended), 1e-3, 1e9) : UnknownWork;
            }
        }

        public void Observe(AgentSample sample, long number, int memory)
        {
            Last = sample;
            SeenAt = number;
            if (sample.Running > 0 && sample.Used > 0) _eachTask = Math.Clamp(sample.Used / sample.Running, 1e-3, 1e6);
            Push(sample.Used + (sample.Queued * _eachTask), memory);
            _counts.Enqueue((sample.Ended, sample.Received, sample.Ended + sample.Queued + sample.Running));
            if (_counts.Count > memory) _counts.Dequeue();
        }

        public void Miss(int memory)
        {
            Last = Last with { Used = 0, Queued = 0, Running = 0 };
            Push(0, memory);
        }

        public PlanAgent Plan(TimeSpan step, double capacity, double scale)
        {
            var (_, _, arrived) = _counts.Peek();
            var seconds = Math.Max(1, _counts.Count - 1) * step.TotalSeconds;
            var arrivals = (Last.Ended + Last.Queued + Last.Running - arrived) / seconds;
            var rate = Math.Clamp(Math.Max(arrivals, Demand.TakeLast(Lately).Average() / Work), 0, 1e9);
            var guarantee = Math.Min(Last.Guarantee, capacity) * scale;
            return new(Last.Id, rate, Work, Last.Weight, guarantee, Last.Limit is { } limit ? Math.Max(limit, guarantee) : null);
        }

        private void Push(double value, int memory)
        {
            Newest = value;
            Demand.Enqueue(value);
            if (Demand.Count > memory) Demand.Dequeue();
        }
    }
}
