using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.Devices;
using Granary.Scheduling.Gangs;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Gangs;

/// <summary>Against trying every moment on every node.</summary>
public sealed class GangTimelineTests
{
    [Fact]
    public void It_finds_the_earliest_and_the_latest_start_that_there_is()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var (members, span, from) = (random.Next(1, 7), random.Next(1, 9), random.Next(0, 12));
            var to = from + random.Next(0, 25);
            var timeline = new GangTimeline();
            var nodes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Levels(random)).ToArray();
            var member = new ResourceLanes().ToVector(Make.Cpu(1));
            foreach (var levels in nodes) timeline.Add(ProfileOf(levels), member, span, members);
            bool Holds(long at) => nodes.Sum(levels => Math.Max(0, Math.Min(members, levels.Skip((int)at).Take(span).Append(levels[Math.Min(at, levels.Length - 1)]).Min()))) >= members;
            var earliest = Enumerable.Range(from, 200).Cast<int?>().FirstOrDefault(t => Holds((long)t!)) ?? -1;
            var latest = Enumerable.Range(from, to - from + 1).Reverse().Cast<int?>().FirstOrDefault(t => Holds((long)t!)) ?? -1;
            var found = timeline.Earliest(members, from) is var start && start < 1L << 49 ? start : -1; // what ends so late is never free
            Assert.True(earliest == found, $"seed {seed}: earliest {found}, should be {earliest}");
            Assert.True(latest == timeline.Latest(members, from, to), $"seed {seed}: latest {timeline.Latest(members, from, to)}, should be {latest}");
        }
    }

    /// <summary>Free cores at each of 30 moments; the last holds for ever.</summary>
    private static int[] Levels(Random random)
    {
        var levels = new int[30];
        for (var i = 0; i < levels.Length; i++) levels[i] = i > 0 && random.Next(3) > 0 ? levels[i - 1] : random.Next(0, 5);
        return levels;
    }

    /// <summary>The same as a node's timeline, by leases that end and slots that begin.</summary>
    private static NodeProfile ProfileOf(int[] levels)
    {
        var lanes = new ResourceLanes();
        var node = new NodeEntry(0, new NodeSpec { Name = "n", Capacity = Make.Cpu(8) });
        var agent = new AgentEntry(0, new AgentSpec { Id = "a" });
        var book = new ReservationBook();
        node.Resize(lanes.ToVector(Make.Cpu(8)), new GpuDemand());
        for (var from = 0; from < levels.Length;)
        {
            var until = from;
            while (until < levels.Length && levels[until] == levels[from]) until++;
            var end = until == levels.Length ? 1L << 50 : until;
            if (levels[from] < 8) book.Put(book.Add(TaskOf(agent, lanes.ToVector(Make.Cpu(8 - levels[from]))), guard: true), node, from, end);
            from = until;
        }
        var profile = new NodeProfile();
        profile.Build(node, 0, null, agent);
        return profile;
    }

    private static TaskEntry TaskOf(AgentEntry agent, in ResourceVector vector) => new(new ItemEntry
    {
        Spec = Make.Task("a"),
        Queue = new ShapeQueue(agent, new Shape(vector, 0, 0)),
        First = 1,
        Count = 1,
        Submitted = 0,
        Deadline = 0,
        Estimate = 1,
        After = [],
        AfterItems = [],
    }, 1);
}
