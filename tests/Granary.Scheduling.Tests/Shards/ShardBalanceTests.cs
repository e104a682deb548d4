using Granary.Model;
using Granary.Scheduling.Shards;

namespace Granary.Scheduling.Tests.Shards;

/// <summary>Laws of sharing out nodes.</summary>
public sealed class ShardBalanceTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    public void Parts_are_as_equal_as_their_nodes_allow(int shards)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var nodes = Enumerable.Range(0, random.Next(shards, 120)).Select(i => Node($"n{i:000}", 4 << random.Next(0, 5), 0)).ToArray();
            var parts = Parts(ShardBalance.Spread(nodes, shards), nodes, shards).Select(p => p.CpuMilli).ToArray();
            // a node goes to the smallest part, so no part is ahead of another by more than its last, and so smallest, node unless it has only one
            var largest = nodes.Max(n => n.Capacity.CpuMilli);
            Assert.True(parts.Max() - parts.Min() <= largest, $"seed {seed}: {string.Join(' ', parts)}");
            if (nodes.Length >= 8 * shards) Assert.True(parts.Max() <= 1.5 * parts.Min(), $"seed {seed}: {string.Join(' ', parts)}");
        }
    }

    [Fact]
    public void Like_nodes_are_shared_out_to_within_one()
    {
        var nodes = Enumerable.Range(0, 50).Select(i => Node($"n{i:00}", 16, 0)).ToArray();
        var counts = ShardBalance.Spread(nodes, 4).GroupBy(p => p.Value).Select(g => g.Count()).ToArray();
        Assert.Equal((12, 13), (counts.Min(), counts.Max()));
    }

    [Fact]
    public void Nodes_with_and_without_a_scarce_resource_are_shared_out_each()
    {
        var nodes = Enumerable.Range(0, 40).Select(i => Node($"n{i:00}", 16, i < 8 ? 8 : 0)).ToArray();
        var parts = Parts(ShardBalance.Spread(nodes, 4), nodes, 4);
        Assert.All(parts, p => Assert.Equal((16_000L, 160_000L), (p.GpuMilli, p.CpuMilli)));
    }

    [Fact]
    public void Who_joins_moves_nobody_and_the_order_of_joining_leaves_at_most_the_largest_node_between_parts()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var parts = Enumerable.Repeat(ResourceSet.Zero, 4).ToArray();
            var largest = 0L;
            for (var i = 0; i < 60; i++)
            {
                var node = Node($"n{i}", 4 << random.Next(0, 5), 0).Capacity;
                largest = Math.Max(largest, node.CpuMilli);
                var to = ShardBalance.Choose(node, parts);
                parts[to] = ShardCapacity.Sum([parts[to], node]);
                Assert.True(parts.Max(p => p.CpuMilli) - parts.Min(p => p.CpuMilli) <= largest, $"seed {seed}");
            }
        }
    }

    [Fact]
    public void After_others_left_idle_nodes_even_the_parts_out_and_then_nothing_moves()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var nodes = Enumerable.Range(0, 40).Select(i => Node($"n{i:00}", 4 << random.Next(0, 3), 0)).ToArray();
            var parts = new Dictionary<string, int>(ShardBalance.Spread(nodes, 4), StringComparer.Ordinal);
            var left = nodes.Where(_ => random.Next(2) == 0).ToArray();
            var moves = 0;
            while (ShardBalance.NextMove(Parts(parts, left, 4), left.Select(n => (n, parts[n.Name]))) is { } move)
            {
                Assert.NotEqual(parts[move.Node.Name], move.To);
                parts[move.Node.Name] = move.To;
                Assert.True(++moves <= left.Length, $"seed {seed}: it moves on and on");
            }
            var sizes = Parts(parts, left, 4).Select(p => p.CpuMilli).ToArray();
            Assert.True(sizes.Max() - sizes.Min() <= left.Max(n => n.Capacity.CpuMilli), $"seed {seed}: {string.Join(' ', sizes)}");
        }
    }

    private static ResourceSet[] Parts(IReadOnlyDictionary<string, int> chosen, IEnumerable<NodeSpec> nodes, int shards) =>
        [.. Enumerable.Range(0, shards).Select(i => ShardCapacity.Sum(nodes.Where(n => chosen[n.Name] == i).Select(n => n.Capacity)))];

    private static NodeSpec Node(string name, int cores, int gpus) =>
        new() { Name = name, Capacity = new ResourceSet { CpuMilli = cores * 1000L, MemoryMiB = cores * 4096L, GpuMilli = gpus * 1000L } };
}
