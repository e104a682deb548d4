using Granary.Model;
using Granary.Simulation.Cluster;
using Granary.Simulation.Cluster.Machines;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Tests.Cluster;

public sealed class NodeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fast_nodes_are_taken_first_and_the_slowest_sets_the_pace()
    {
        var cluster = ClusterSpec.Uniform(4).Slow(2, 3);
        var schedule = Replayed.Run(Replayed.Workload(Replayed.Job(0, 10, 2), Replayed.Job(0, 10, 1), Replayed.Job(40, 10, 3)), cluster,
            ClusterPolicies.Make("easy", PolicyTerms.Default));
        Assert.Equal([10, 30, 70], schedule.Ends.Select(e => e / 1e6));
    }

    [Theory]
    [InlineData("easy")]
    [InlineData("conservative")]
    [InlineData("predictive")]
    [InlineData("fair")]
    public void What_runs_on_a_lost_node_begins_anew(string policy)
    {
        var hit = new HashSet<int>();
        for (var seed = 1; seed <= 12; seed++)
        {
            // All four processors are held: whoever loses one waits until the other has ended.
            var schedule = Replayed.Run(Replayed.Workload(Replayed.Job(0, 100, 3), Replayed.Job(0, 100, 1)), 4, policy, [new NodeLoss(60, 1)], seed);
            hit.Add(Array.IndexOf(schedule.Starts, 100_000_000));
            Assert.Equal([100.0, 200.0], schedule.Ends.Select(e => e / 1e6).Order());
            Assert.Equal(3, schedule.Decisions);
        }
        Assert.Equal([0, 1], hit.Order());
    }

    [Theory]
    [InlineData("easy")]
    [InlineData("conservative")]
    [InlineData("predictive")]
    [InlineData("fair")]
    public void What_no_longer_fits_is_rejected(string policy)
    {
        var schedule = Replayed.Run(Replayed.Workload(Replayed.Job(0, 100, 4), Replayed.Job(1, 100, 1), Replayed.Job(2, 50, 3)), 4, policy, [new NodeLoss(60, 2)]);
        Assert.Equal([true, false, true], schedule.Rejected);
        Assert.Equal(160, schedule.Ends[1] / 1e6);
    }

    [Fact]
    public void A_file_of_kinds_is_a_cluster()
    {
        var path = _folder.Write("# ours\nprocessors, name,count,slowness\n8,big,2,1\n4,old,3,2.5\n");
        var cluster = NodeFile.Cluster(path);
        Assert.Equal(28, cluster.Processors);
        Assert.Equal([1.0, 1, 2.5, 2.5, 2.5], cluster.Nodes.Select(n => n.Slowness));
    }

    [Theory]
    [InlineData("name,cores\nx,1\n", ":1: 'cores' is no column")]
    [InlineData("name,count\nx,1\n", ":1: there is no column 'processors'")]
    [InlineData("processors,processors\n1,1\n", ":1: a column is named twice")]
    [InlineData("name,processors\nx\n", ":2: has 1 cells and the header 2")]
    [InlineData("name,processors\nx,0\n", ":2: processors is '0'; it must be a number from 1")]
    [InlineData("name,processors\nx,-4\n", ":2: processors is '-4'")]
    [InlineData("name,processors\nx,1.5\n", ":2: processors is 1.5; it must be a whole number")]
    [InlineData("name,processors\nx,1\nx,2\n", ":3: names 'x' again")]
    [InlineData("name,processors,slowness\nx,1,0\n", ":2: slowness is '0'")]
    [InlineData("name,processors,count\nx,100000,100000\n", ":2: brings the processors to 10000000000")]
    [InlineData("name,processors\n", "has no nodes")]
    public void What_is_wrong_with_a_file_is_told_with_its_place(string text, string part)
    {
        var error = Assert.Throws<GranaryException>(() => NodeFile.Cluster(_folder.Write(text)));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("99999999999")]
    public void A_number_of_nodes_is_1_or_more(string nodes) =>
        Assert.Contains($"--nodes is {nodes}", Assert.Throws<GranaryException>(() => NodeFile.Cluster(nodes)).Message, StringComparison.Ordinal);
}
