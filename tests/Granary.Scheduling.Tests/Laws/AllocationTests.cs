using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Tests.Laws;

/// <summary>In the steady state a decision allocates nothing, so that no garbage collection stops a pool because of how much it decides.</summary>
public class AllocationTests
{
    private const int Turns = 10_000;

    [Theory]
    [InlineData(PoolStrategy.Fair)]
    [InlineData(PoolStrategy.Fifo)]
    [InlineData(PoolStrategy.Priority)]
    [InlineData(PoolStrategy.Sla)]
    public void A_decision_allocates_nothing(PoolStrategy strategy)
    {
        var pool = new FullPool(strategy, queued: 5 * Turns);
        pool.Turn(Turns);
        pool.Allocated = 0;
        var decisions = pool.Turn(Turns);
        Assert.Equal(2 * Turns, decisions);
        // What is remembered of ended tasks is one bit each, in pages of 4,096; that and an array that doubles once stay under a byte for two decisions.
        Assert.True(pool.Allocated < decisions / 2, $"{decisions} decisions allocated {pool.Allocated} bytes");
    }

    /// <summary>A full cluster with a long queue: each end of a task makes room for the next. Messages are made by the caller and do not count.</summary>
    private sealed class FullPool : IPoolEffects
    {
        private const int Nodes = 50;
        private static readonly ExitInfo Success = new() { Code = 0, Cause = ExitCause.Succeeded };
        private readonly PoolScheduler _scheduler = new("default", new SchedulerOptions());
        private readonly EventBatch _events = new();
        private readonly Queue<LeaseGrant> _running = new(1024);
        private readonly TaskReport[] _report = new TaskReport[1];
        private long _now = 1_700_000_000_000_000;

        public FullPool(PoolStrategy strategy, int queued)
        {
            _scheduler.Configure(new PoolSpec { Name = "default", Strategy = strategy }, _now, _events, this);
            for (var i = 0; i < Nodes; i++)
                _scheduler.NodeUp(new NodeUpRequest(new NodeSpec { Name = $"n{i}", Capacity = new ResourceSet { CpuMilli = 4000, MemoryMiB = 8192 } },
                    NodeState.Ready, null), _now, _events, this);
            for (var i = 0; i < queued; i++)
                _scheduler.Submit(new SubmitBatch("", [new SubmitItem(new TaskSpec
                {
                    Agent = $"a{i % 20}",
                    Name = "t",
                    Command = ["true"],
                    Resources = new ResourceSet { CpuMilli = 1000, MemoryMiB = 512 },
                    Duration = TimeSpan.FromSeconds(10),
                })]), _now, _events, this);
            _scheduler.Schedule(_now, _events, this, int.MaxValue);
        }

        public long Allocated { get; set; }

        public bool WantsChanges => false;

        public bool WantsFinished => false;

        /// <summary>Ends so many tasks, one at a time, each followed by what it makes room for. Returns the decisions made.</summary>
        public long Turn(int ends)
        {
            var decisions = _scheduler.Decisions;
            for (var i = 0; i < ends; i++)
            {
                _report[0] = new TaskReport(_running.Dequeue().ToAssignment().Lease, ReportKind.Ended, Clock.ToTime(_now += 1000), Success);
                _events.Clear();
                var before = GC.GetAllocatedBytesForCurrentThread();
                _scheduler.Report(_report, _now, _events, this);
                _scheduler.Schedule(_now, _events, this, int.MaxValue);
                Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            }
            return _scheduler.Decisions - decisions;
        }

        public void Start(in LeaseGrant grant) => _running.Enqueue(grant);

        public void Stop(StopLease stop)
        {
        }

        public void Changed(TaskChange change)
        {
        }

        public void Finished(TaskView final)
        {
        }
    }
}
