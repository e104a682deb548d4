using Granary.Model;
using Granary.Scheduling.Placement;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Tests.Placement;

/// <summary>The index against a list that is searched from end to end.</summary>
public class NodeIndexTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 70)]
    [InlineData(3, 300)]
    [InlineData(4, 1000)]
    public void It_finds_every_node_that_fits_tightest_first(int seed, int nodes)
    {
        var random = new Random(seed);
        var index = new NodeIndex();
        var all = Enumerable.Range(0, nodes).Select(i => Node(i, random)).ToArray();
        var inside = new HashSet<NodeEntry>();
        for (var step = 0; step < 3000; step++)
        {
            var node = all[random.Next(nodes)];
            if (!inside.Contains(node)) Add(index, inside, node);
            else if (random.Next(10) == 0)
            {
                index.Remove(node);
                inside.Remove(node);
            }
            else
            {
                node.FreeInSum = Part(node.Capacity, random);
                index.Update(node);
            }
            if (step % 7 == 0) Compare(index, inside, Part(all[random.Next(nodes)].Capacity, random));
        }
        Assert.Equal(inside.Count, index.Count);
        Assert.Equal(inside.Count, index.MostFreeFirst().Count());
    }

    private static void Add(NodeIndex index, HashSet<NodeEntry> inside, NodeEntry node)
    {
        index.Add(node);
        inside.Add(node);
    }

    private static void Compare(NodeIndex index, HashSet<NodeEntry> inside, ResourceVector request)
    {
        var found = new List<NodeEntry>();
        var cursor = default(NodeIndex.Cursor);
        while (index.Next(request, ref cursor) is { } node) found.Add(node);
        Assert.Equal(inside.Where(n => request.FitsIn(n.Free)).Select(n => n.Index).Order(), found.Select(n => n.Index).Order());
        for (var i = 1; i < found.Count; i++)
            Assert.True(found[i - 1].IndexKey < found[i].IndexKey || (found[i - 1].IndexKey == found[i].IndexKey && found[i - 1].Index < found[i].Index));
    }

    private static NodeEntry Node(int index, Random random)
    {
        var capacity = new ResourceVector([1000 << random.Next(8), 512 << random.Next(8), random.Next(3) * 1000]);
        return new NodeEntry(index, new NodeSpec { Name = $"n{index}" }) { Capacity = capacity, FreeInSum = capacity };
    }

    private static ResourceVector Part(ResourceVector whole, Random random)
    {
        Span<int> lanes = stackalloc int[ResourceVector.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++) lanes[lane] = random.Next(4) == 0 ? 0 : (int)(whole[lane] * random.NextDouble());
        return new ResourceVector(lanes);
    }
}
