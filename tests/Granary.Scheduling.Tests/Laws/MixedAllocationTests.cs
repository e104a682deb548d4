using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Tests.Laws;

/// <summary>
/// The same with what a busy pool has: mixed machines, mixed requests, agents of several weights and classes, priorities, and looks for tasks to
/// stop after every end. What is made when a task is told to stop, the message and its record, is left out, as are reservations against starvation.
/// </summary>
public class MixedAllocationTests
{
    private const int Turns = 1_500;

    [Theory]
    [InlineData(PoolStrategy.Fair, 0)]
    [InlineData(PoolStrategy.Fair, 4)]
    [InlineData(PoolStrategy.Priority, 0)]
    public void A_decision_allocates_nothing_though_tasks_to_stop_are_looked_for(PoolStrategy strategy, int groups)
    {
        var pool = new MixedPool(strategy, groups);
        pool.Turn(2 * Turns);
        var (least, stops) = (double.MaxValue, 0);
        // The least of three: a collection for another test in between counts up to 8 KiB here that nobody allocated.
        for (var stretch = 0; stretch < 3; stretch++)
        {
            pool.Allocated = pool.Stops = 0;
            var decisions = pool.Turn(Turns);
            Assert.True(decisions > Turns, $"{decisions} decisions in {Turns} turns");
            least = Math.Min(least, pool.Allocated / (double)decisions);
            stops += pool.Stops;
        }
        Assert.True(stops > 0, "nothing was stopped: nobody looked");
        // What is left are arrays that double now and then. One object a decision would be 24 bytes at least.
        Assert.True(least < 2, $"a decision allocated {least:0.0} bytes; {stops} stops left out");
    }

    /// <summary>A full cluster. Whatever starts is replaced by one like it, so that the queue stays as it is.</summary>
    private sealed class MixedPool : IPoolEffects
    {
        private const int Agents = 20;
        private static readonly ExitInfo Success = new() { Code = 0, Cause = ExitCause.Succeeded };
        private readonly PoolScheduler _scheduler = new("default", new SchedulerOptions { StarvationGuard = TimeSpan.FromDays(1) });
        private readonly EventBatch _events = new();
        private readonly PriorityQueue<LeaseGrant, long> _ends = new(4096);
        private readonly List<TaskSpec> _started = new(4096);
        private readonly TaskReport[] _report = new TaskReport[1];
        private readonly Random _random = new(7);
        private long _now = 1_700_000_000_000_000;

        public MixedPool(PoolStrategy strategy, int groups)
        {
            _scheduler.Configure(new PoolSpec { Name = "default", Strategy = strategy }, _now, _events, this);
            for (var i = 0; i < 40; i++)
                _scheduler.NodeUp(new NodeUpRequest(new NodeSpec { Name = $"n{i}", Capacity = new ResourceSet { CpuMilli = 16_000 << (i % 3), MemoryMiB = 65_536 } },
                    NodeState.Ready, null), _now, _events, this);
            _scheduler.SetAgents([.. Enumerable.Range(0, Agents).Select(i => new AgentSpec
            {
                Id = $"a{i}",
                Weight = 1 + i % 4,
                Class = (PriorityClass)(i % 3),
                Group = groups == 0 ? "" : $"g{i % groups}",
            })], _now, _events, this);
            for (var i = 0; i < 4000; i++) Submit(Draw());
            _scheduler.Schedule(_now, _events, this, int.MaxValue);
        }

        public long Allocated { get; set; }

        public int Stops { get; set; }

        public bool WantsChanges => false;

        public bool WantsFinished => false;

        /// <summary>Ends so many tasks, one at a time, each followed by what it makes room for. Returns the decisions made.</summary>
        public long Turn(int ends)
        {
            var decisions = _scheduler.Decisions;
            for (var i = 0; i < ends; i++)
            {
                _ends.TryDequeue(out var grant, out var end);
                _now = Math.Max(_now + 1, end);
                _report[0] = new TaskReport(grant.ToAssignment().Lease, ReportKind.Ended, Clock.ToTime(_now), Success);
                var (before, stops) = (GC.GetAllocatedBytesForCurrentThread(), Stops);
                _scheduler.Report(_report, _now, _events, this);
                _scheduler.Schedule(_now, _events, this, int.MaxValue);
                if (Stops == stops) Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                _events.Clear();
                foreach (var spec in _started) Submit(spec);
                _started.Clear();
            }
            return _scheduler.Decisions - decisions;
        }

        private TaskSpec Draw() => new()
        {
            Agent = $"a{_random.Next(Agents)}",
            Name = "t",
            Command = ["true"],
            Resources = new ResourceSet { CpuMilli = 500 << _random.Next(5), MemoryMiB = 1024 },
            Duration = TimeSpan.FromSeconds(20 << _random.Next(3)),
            Priority = _random.Next(3),
        };

        private void Submit(TaskSpec spec) => _scheduler.Submit(new SubmitBatch("", [new SubmitItem(spec)]), _now, _events, this);

        public void Start(in LeaseGrant grant)
        {
            _started.Add(grant.Spec);
            _ends.Enqueue(grant, _now + (long)(grant.Spec.Duration!.Value.TotalMicroseconds * (0.5 + _random.NextDouble())));
        }

        public void Stop(StopLease stop) => Stops++;

        public void Changed(TaskChange change)
        {
        }

        public void Finished(TaskView final)
        {
        }
    }
}
