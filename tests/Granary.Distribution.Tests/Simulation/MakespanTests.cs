using System.Globalization;
using Granary.Model;

namespace Granary.Distribution.Tests.Simulation;

/// <summary>What batches, stealing and copies are worth: makespans in virtual time. The table of docs/distributed.md is what these print.</summary>
public sealed class MakespanTests(ITestOutputHelper output)
{
    private const int Seeds = 10;

    /// <summary>Run times of 1 s in the mean, exponentially spread around a floor.</summary>
    private static Func<int, int, double> Spread(int seed) => (stage, partition) =>
    {
        var random = new Random((seed * 15_485_863) ^ (stage * 7919) ^ (partition * 104729)); // not HashCode, which is another in each process
        return 0.5 - (0.5 * Math.Log(1 - random.NextDouble()));
    };

    private double Mean(IReadOnlyList<VirtualNode> nodes, WorkSpec spec, double start = 0.05, double fetch = 0) => Enumerable.Range(1, Seeds)
        .Average(seed => new VirtualCluster(nodes, seed) { Work = Spread(seed), StartCost = start, FetchCost = fetch }.Run(spec));

    private void Row(string what, double seconds, double against) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {seconds:0.0} | {against / seconds:0.00} |"));

    [Fact]
    public void Eight_nodes_are_nearly_eight_times_as_fast_as_one()
    {
        var spec = Make.Work(Make.Stage("s", 400));
        var one = Mean(Make.Nodes(1), spec);
        Row("1 node", one, one);
        foreach (var count in (int[])[2, 4, 8])
        {
            var many = Mean(Make.Nodes(count), spec);
            Row($"{count} nodes", many, one);
            Assert.True(one / many > 0.9 * count, $"{count} nodes: {one} s, then {many} s");
        }
    }

    [Fact]
    public void Batches_save_what_tasks_cost_and_end_together()
    {
        var each = Make.Work(Make.Stage("s", 2000)) with { Policy = new WorkPolicy { BatchGoal = TimeSpan.Zero } };
        var batched = each with { Policy = new WorkPolicy { BatchGoal = TimeSpan.FromSeconds(20) } };
        var (one, many) = (Mean(Make.Nodes(8), each, start: 0.5), Mean(Make.Nodes(8), batched, start: 0.5));
        Row("one partition a task, 0.5 s a start", one, one);
        Row("batches of about 20 s", many, one);
        Assert.True(many < 0.75 * one, $"{one} s without batches, {many} s with");
    }

    [Fact]
    public void Stealing_helps_where_the_data_is_on_few_nodes()
    {
        var spec = Make.Work(Make.Stage("s", 400, p => [p % 8 < 6 ? "n1" : $"n{2 + (p % 7)}"])) with { Policy = new WorkPolicy { Stealing = false, Speculation = false, BatchGoal = TimeSpan.Zero } };
        var none = Mean(Make.Nodes(8), spec, fetch: 0.2);
        var some = Mean(Make.Nodes(8), spec with { Policy = spec.Policy with { Stealing = true } }, fetch: 0.2);
        Row("three quarters of the data on one of 8 nodes, no stealing", none, none);
        Row("with stealing", some, none);
        Assert.True(some < 0.35 * none, $"{none} s without, {some} s with");
    }

    [Fact]
    public void Waiting_for_its_own_data_pays_where_fetching_is_dear()
    {
        var spec = Make.Work(Make.Stage("s", 400, p => [$"n{1 + (p % 8)}"])) with { Policy = new WorkPolicy { Speculation = false, BatchGoal = TimeSpan.Zero, LocalityDelay = TimeSpan.Zero } };
        var rash = Enumerable.Range(1, Seeds).Select(seed => Locality(spec, seed)).Average();
        var patient = Enumerable.Range(1, Seeds).Select(seed => Locality(spec with { Policy = spec.Policy with { LocalityDelay = TimeSpan.FromSeconds(3) } }, seed)).Average();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| partitions on a node with their data | {100 * rash:0}% without a delay | {100 * patient:0}% with 3 s |"));
        Assert.True(patient >= rash && patient > 0.9, $"{rash} and {patient}");

        static double Locality(WorkSpec spec, int seed)
        {
            var cluster = new VirtualCluster(Make.Nodes(8), seed) { Work = Spread(seed), FetchCost = 1 };
            cluster.Run(spec);
            return cluster.Local / (double)(cluster.Local + cluster.Remote);
        }
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.1)]
    public void Copies_help_where_a_node_becomes_slow(double speed)
    {
        IReadOnlyList<VirtualNode> nodes = [.. Make.Nodes(7), new VirtualNode("n8", 1, 1, 20, speed)];
        var spec = Make.Work(Make.Stage("s", 400));
        var with = Mean(nodes, spec);
        var without = Mean(nodes, spec with { Policy = spec.Policy with { Speculation = false } });
        Row($"a node runs at {speed} of its speed after 20 s, no copies", without, without);
        Row("with copies", with, without);
        Assert.True(with < 0.95 * without, $"{without} s without copies, {with} s with");
    }

    [Fact]
    public void Copies_cost_little_where_nothing_is_slow()
    {
        var spec = Make.Work(Make.Stage("s", 400));
        var (with, without) = (Mean(Make.Nodes(8), spec), Mean(Make.Nodes(8), spec with { Policy = spec.Policy with { Speculation = false } }));
        Row("8 equal nodes, no copies", without, without);
        Row("with copies", with, without);
        Assert.True(with < 1.02 * without, $"{without} s without copies, {with} s with");
    }

    [Fact]
    public void A_pipeline_overlaps_its_stages()
    {
        WorkStage Second(WorkFlow flow) => Make.Stage("second", 200, null, "first") with { Flow = flow };
        var policy = new WorkPolicy { BatchGoal = TimeSpan.Zero, Ahead = 8 };
        var each = Make.Work(Make.Stage("first", 200), Second(WorkFlow.Each)) with { Policy = policy };
        var all = Make.Work(Make.Stage("first", 200), Second(WorkFlow.All)) with { Policy = policy };
        var most = 0;
        for (var seed = 1; seed <= Seeds; seed++)
            new VirtualCluster(Make.Nodes(4), seed) { Work = Spread(seed), Check = j => most = Math.Max(most, j.View(0).Stages[1].Waiting) }.Run(each);
        var (overlapped, barrier) = (Mean(Make.Nodes(4), each), Mean(Make.Nodes(4), all));
        Row("two stages with a barrier", barrier, barrier);
        Row("two stages as a pipeline", overlapped, barrier);
        Assert.True(overlapped <= barrier, $"{barrier} s with a barrier, {overlapped} s as a pipeline");
        Assert.InRange(most, 1, 8 + 4); // the pause holds, but for what ran when it began
    }
}
