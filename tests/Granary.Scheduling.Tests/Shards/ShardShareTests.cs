using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Shards;

namespace Granary.Scheduling.Tests.Shards;

/// <summary>
/// Fair shares are kept within parts. What agents get of the whole pool is near what one scheduler would give them because their tasks are spread
/// evenly: four agents of weights 1 to 4 with a standing backlog, on like nodes.
/// </summary>
public sealed class ShardShareTests
{
    private const int Agents = 4;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Agents_get_their_share_of_the_pool_to_within_a_tenth(int shards)
    {
        for (var seed = 0; seed < 2; seed++)
        {
            var world = new ShardedWorld(shards, nodesOfEach: 5, coresOfNode: 20);
            var random = new Random(seed);
            for (var step = 0; step < 400; step++)
            {
                // agents submit in batches of their own sizes, in a random order, and keep some hundred tasks waiting
                foreach (var agent in Enumerable.Range(1, Agents).OrderBy(_ => random.Next()))
                    while (world.Waiting($"a{agent}") < 400) world.Submit($"a{agent}", random.Next(1, 8 * agent));
                world.Step(random);
            }
            for (var agent = 1; agent <= Agents; agent++)
            {
                var (got, owed) = (world.Received($"a{agent}"), agent / 10.0);
                Assert.True(Math.Abs(got - owed) <= 0.1 * owed, $"{shards} shards, seed {seed}: agent of weight {agent} got {got:P1}, and is owed {owed:P1}");
            }
            Assert.True(world.Utilisation > 0.95, $"{shards} shards, seed {seed}: {world.Utilisation:P1} of the pool was used");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Parts_do_not_idle_while_others_queue_for_long(int shards)
    {
        var (idle, queued) = (0, 0);
        for (var seed = 0; seed < 2; seed++)
        {
            var world = new ShardedWorld(shards, nodesOfEach: 5, coresOfNode: 20);
            var random = new Random(seed);
            for (var step = 0; step < 400; step++)
            {
                // arrivals at nine tenths of what the pool can do: queues come and go
                for (var want = 0.9 * shards * 100 / ShardedWorld.MeanSteps; want > 0;)
                {
                    var size = random.Next(1, 8);
                    if (random.NextDouble() < want / size) world.Submit($"a{random.Next(1, 5)}", size);
                    want -= size;
                }
                world.Step(random);
                idle += world.IdleWhileOthersQueue;
                queued += world.Cores;
            }
        }
        Assert.True(idle < 0.02 * queued, $"{idle / (double)queued:P2} of core time was idle in one part while tasks waited in another");
    }

    /// <summary>Parts, a router and loads, in steps; tasks of one core last a few.</summary>
    private sealed class ShardedWorld
    {
        public const int MeanSteps = 5;

        private readonly PoolScheduler _front = new("p", new SchedulerOptions());
        private readonly Part[] _parts;
        private readonly ShardLoad[] _loads;
        private readonly ShardRouter _router;
        private readonly Dictionary<string, long> _received = new(StringComparer.Ordinal);
        private long _now = 1_000_000;
        private long _steps;

        public ShardedWorld(int shards, int nodesOfEach, int coresOfNode)
        {
            var events = new EventBatch();
            var pool = new PoolSpec { Name = "p", Policy = new PoolPolicy { Shards = shards } };
            _front.Configure(pool, _now, events, NoEffects.Instance);
            _parts = [.. Enumerable.Range(0, shards).Select(_ => new Part())];
            _loads = [.. Enumerable.Range(0, shards).Select(_ => new ShardLoad())];
            Cores = shards * nodesOfEach * coresOfNode;
            var nodes = Enumerable.Range(0, shards * nodesOfEach).Select(i => new NodeSpec { Name = $"n{i:00}", Pool = "p", Capacity = new ResourceSet { CpuMilli = coresOfNode * 1000 } }).ToArray();
            var chosen = ShardBalance.Spread(nodes, shards);
            var agents = Enumerable.Range(1, Agents).Select(i => new AgentSpec { Id = $"a{i}", Weight = i }).ToArray();
            foreach (var part in _parts)
            {
                part.Scheduler.Configure(pool, _now, part.Events, part);
                part.Scheduler.SetAgents(agents, _now, part.Events, part);
            }
            foreach (var node in nodes)
            {
                _front.Assign(node, chosen[node.Name], _now, events, NoEffects.Instance);
                var part = _parts[chosen[node.Name]];
                part.Scheduler.NodeUp(new NodeUpRequest(node, NodeState.Ready, []), _now, part.Events, part);
            }
            _router = new ShardRouter(_front.Shards, shards);
            _router.Learn(_ => true);
        }

        public int Cores { get; }

        public double Utilisation => _received.Values.Sum() / (double)(_steps * Cores);

        public double Received(string agent) => _received.GetValueOrDefault(agent) / (double)_received.Values.Sum();

        public int Waiting(string agent) => _parts.Sum(p => p.Scheduler.ShareOf(agent, _now)!.Queued);

        /// <summary>Cores that are free in some parts, up to the number of tasks that wait in others.</summary>
        public int IdleWhileOthersQueue { get; private set; }

        public void Submit(string agent, int count)
        {
            var batch = new SubmitBatch("", [new SubmitItem(new TaskSpec { Agent = agent, Command = ["true"], Resources = new ResourceSet { CpuMilli = 1000 } }, count)]);
            var range = _front.Route(batch, new ShardWaiting(1), first => _router.Choose(batch, "p", _loads, _ => null, first), _now, new EventBatch(), NoEffects.Instance);
            _loads[range.Shard].Add(agent, _router.ShareOf(batch.Items[0], range.Shard));
            var part = _parts[range.Shard];
            part.Scheduler.Submit(batch with { Number = range.First }, _now, part.Events, part);
        }

        public void Step(Random random)
        {
            _steps++;
            _now += 1_000_000;
            foreach (var part in _parts) part.Step(_now, random, _received);
            for (var i = 0; i < _parts.Length; i++)
            {
                (_loads[i].Load, var each) = (0, 1.0 / (Cores / _parts.Length));
                _loads[i].ByAgent.Clear();
                foreach (var share in _parts[i].Scheduler.Shares(_now)) _loads[i].Add(share.Agent, share.DominantShare + share.Queued * each);
            }
            var free = _parts.Sum(p => Cores / _parts.Length - p.Running);
            IdleWhileOthersQueue = Math.Min(free, _parts.Sum(p => p.Scheduler.QueuedTasks));
        }
    }

    private sealed class Part : IPoolEffects
    {
        private readonly List<(Lease Lease, string Agent)> _running = [];

        public PoolScheduler Scheduler { get; } = new("p", new SchedulerOptions());

        public EventBatch Events { get; } = new();

        public int Running => _running.Count;

        public bool WantsChanges => false;

        public bool WantsFinished => false;

        public void Start(in LeaseGrant grant) => _running.Add((grant.ToAssignment().Lease, grant.ToAssignment().Spec.Agent));

        public void Stop(StopLease stop)
        {
        }

        public void Changed(TaskChange change)
        {
        }

        public void Finished(TaskView final)
        {
        }

        public void Step(long now, Random random, Dictionary<string, long> received)
        {
            foreach (var (_, agent) in _running) received[agent] = received.GetValueOrDefault(agent) + 1;
            var ended = _running.Where(_ => random.Next(ShardedWorld.MeanSteps) == 0).ToArray();
            foreach (var one in ended) _running.Remove(one);
            var at = DateTimeOffset.UnixEpoch.AddMicroseconds(now);
            Scheduler.Report([.. ended.Select(e => new TaskReport(e.Lease, ReportKind.Ended, at, new ExitInfo { Code = 0 }))], now, Events, this);
            while (Scheduler.Schedule(now, Events, this, 10_000) <= now) { }
            Events.Clear();
        }
    }
}
