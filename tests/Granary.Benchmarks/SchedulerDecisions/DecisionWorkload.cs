using Granary.Model;

namespace Granary.Benchmarks.SchedulerDecisions;

/// <summary>A cluster and a stream of tasks, drawn from a seed: mixed machines, mixed requests, agents of mixed weight.</summary>
/// <param name="Nodes">Machines of 16 to 128 cores, one in eight with GPUs.</param>
/// <param name="Agents">Tenants of weight 1 to 4 in three classes.</param>
/// <param name="Queued">Tasks that wait all the time: what is placed is replaced.</param>
/// <param name="Shapes">Different requests: cores, memory and run time.</param>
/// <param name="Groups">Groups the agents are spread over; 0 for none.</param>
/// <param name="Score">Nodes are chosen by this score; empty for best fit, and nodes without prices, watts and speeds.</param>
internal sealed record DecisionWorkload(int Nodes, int Agents, int Queued, int Shapes = 64, int Groups = 0, string Score = "")
{
    public const int Seed = 20260101;

    public IEnumerable<NodeSpec> NodeSpecs()
    {
        var random = new Random(Seed);
        for (var i = 0; i < Nodes; i++)
        {
            var cores = 16 << random.Next(4);
            yield return new NodeSpec
            {
                Name = $"n{i}",
                Simulated = true,
                Traits = Score.Length == 0 ? null : new NodeTraits
                {
                    Class = $"c{cores}",
                    Speed = 1 + (cores / 64.0),
                    CostPerHour = cores * 0.04,
                    IdleWatts = 60 + cores,
                    BusyWatts = 100 + (4 * cores),
                    NumaNodes = 1 + (cores / 64),
                },
                Capacity = new ResourceSet { CpuMilli = cores * 1000, MemoryMiB = cores * 4096L, GpuMilli = random.Next(8) == 0 ? 8000 : 0 },
            };
        }
    }

    public AgentSpec[] AgentSpecs()
    {
        var random = new Random(Seed + 1);
        return [.. Enumerable.Range(0, Agents).Select(i => new AgentSpec
        {
            Id = $"a{i}",
            Weight = 1 + random.Next(4),
            Class = (PriorityClass)(random.Next(10) switch { 0 => 0, 1 => 2, _ => 1 }),
            Group = Groups == 0 ? "" : $"g{i % Groups}",
        })];
    }

    /// <summary>One spec for each agent and shape that is used: an agent uses at most 64 of the shapes.</summary>
    public TaskSpec[] TaskSpecs()
    {
        var random = new Random(Seed + 2);
        var shapes = new (ResourceSet Resources, TimeSpan Duration)[Shapes];
        for (var i = 0; i < Shapes; i++)
            shapes[i] = (new ResourceSet
            {
                CpuMilli = 250 * (1 + (int)(Math.Pow(random.NextDouble(), 2) * 32)),
                MemoryMiB = 128 * (1 + (int)(Math.Pow(random.NextDouble(), 2) * 128)),
                GpuMilli = random.Next(20) == 0 ? 1000 : 0,
            }, TimeSpan.FromSeconds(1 + random.Next(600)));
        var used = Math.Min(Shapes, 64);
        return [.. Enumerable.Range(0, Agents).SelectMany(a => Enumerable.Range(0, used).Select(_ => Spec($"a{a}", shapes[random.Next(Shapes)], random)))];
    }

    private static TaskSpec Spec(string agent, (ResourceSet Resources, TimeSpan Duration) shape, Random random) => new()
    {
        Agent = agent,
        Name = "bench",
        Command = ["true"],
        Resources = shape.Resources,
        Duration = shape.Duration,
        Priority = random.Next(3),
    };
}
