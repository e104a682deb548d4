using Granary.Model;
using Granary.Scheduling.FairShare;

namespace Granary.Scheduling.Tests.FairShare;

/// <summary>A tree of up to three levels over one resource, with what was drawn for every node.</summary>
internal sealed class RandomTree
{
    private readonly ShareTree _tree = new();
    private readonly List<(int Parent, double Weight, double Demand, double Limit, bool Leaf)> _nodes = [(-1, 1, 0, 1, false)];

    private RandomTree() => _tree.Clear(Fractions.All(1));

    public IEnumerable<int> Leaves => Enumerable.Range(0, _nodes.Count).Where(i => _nodes[i].Leaf);

    public IEnumerable<int> All => Enumerable.Range(1, _nodes.Count - 1);

    public static RandomTree Draw(Random random, bool limits = false)
    {
        var tree = new RandomTree();
        tree.Fill(0, random.Next(2, 5), 1, random, limits);
        return tree;
    }

    public void Solve() => _tree.Solve();

    public double Share(int node) => _tree.Share(node);

    public double Weight(int node) => _nodes[node].Weight;

    public double Demand(int node) => _nodes[node].Demand;

    public double Limit(int node) => _nodes[node].Limit;

    /// <summary>A node and those above it, but for the root.</summary>
    public IEnumerable<int> Path(int node)
    {
        for (; node > 0; node = _nodes[node].Parent) yield return node;
    }

    /// <summary>The siblings through which two nodes' paths go; the same node twice when one is above the other.</summary>
    public (int, int) WherePathsPart(int a, int b)
    {
        var (x, y) = (Path(a).Reverse().ToArray(), Path(b).Reverse().ToArray());
        for (var i = 0; i < Math.Min(x.Length, y.Length); i++)
            if (x[i] != y[i]) return (x[i], y[i]);
        return (a, a);
    }

    private void Fill(int parent, int children, int depth, Random random, bool limits)
    {
        for (var i = 0; i < children; i++)
        {
            var weight = random.Next(1, 5);
            var limit = limits && random.Next(3) == 0 ? random.Next(1, 60) / 100.0 : double.PositiveInfinity;
            var leaf = depth == 3 || random.Next(3) > 0;
            var demand = leaf ? random.Next(0, 60) / 100.0 : 0;
            var node = leaf ? _tree.AddAgent(parent, weight, First(demand), default, First(limit, double.PositiveInfinity))
                : _tree.AddGroup(parent, weight, default, First(limit, double.PositiveInfinity));
            Assert.Equal(_nodes.Count, node);
            _nodes.Add((parent, weight, demand, limit, leaf));
            if (!leaf) Fill(node, random.Next(1, 4), depth + 1, random, limits);
        }
    }

    private static Fractions First(double value, double others = 0)
    {
        var lanes = new double[ResourceVector.Lanes];
        Array.Fill(lanes, others);
        lanes[0] = value;
        return new Fractions(lanes);
    }
}
