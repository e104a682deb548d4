using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Shards;

/// <summary>One part of a sharded pool as its front last heard of it.</summary>
public sealed class ShardLoad
{
    /// <summary>False while it does not answer: it gets nothing that another could take.</summary>
    public bool Answers { get; set; } = true;

    /// <summary>What its tasks hold and wait for, as a part of what it has; over 1 when more waits than fits.</summary>
    public double Load { get; set; }

    /// <summary>The same for each agent.</summary>
    public Dictionary<string, double> ByAgent { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds what a batch asks for.</summary>
    public void Add(string agent, double share)
    {
        Load += share;
        ByAgent[agent] = ByAgent.GetValueOrDefault(agent) + share;
    }
}

/// <summary>
/// Which part of a sharded pool a batch goes to. All of a batch goes to one part. Where its tasks wait for others, to the part of those; else, among
/// parts whose nodes can hold what it asks for and where its agents may run, to the one where its agents, and all agents, hold and wait for least.
/// Weighing an agent's own load is what makes its tasks meet the others' in every part, so that shares within parts add up to its share of the pool.
/// </summary>
public sealed class ShardRouter(ShardBook book, int shards)
{
    private readonly List<NodeSpec>[] _nodes = [.. Enumerable.Range(0, shards).Select(_ => new List<NodeSpec>())];
    private readonly List<NodeSpec>[] _declared = [.. Enumerable.Range(0, shards).Select(_ => new List<NodeSpec>())];
    private readonly ResourceSet[] _parts = new ResourceSet[shards];

    /// <summary>What the nodes of each part have together.</summary>
    public IReadOnlyList<ResourceSet> Parts => _parts;

    /// <summary>Reads the nodes anew: to be called when one was assigned, came or went.</summary>
    /// <param name="isThere">False for a node that has left or is lost.</param>
    public void Learn(Func<string, bool> isThere)
    {
        ArgumentNullException.ThrowIfNull(isThere);
        foreach (var nodes in _nodes.Concat(_declared)) nodes.Clear();
        foreach (var (name, (spec, shard)) in book.Nodes)
        {
            if (shard >= shards) continue;
            _declared[shard].Add(spec);
            if (isThere(name)) _nodes[shard].Add(spec);
        }
        for (var i = 0; i < shards; i++)
        {
            _parts[i] = ShardCapacity.Sum(_nodes[i].Select(n => n.Capacity));
            _nodes[i].Sort((a, b) => b.Capacity.CpuMilli.CompareTo(a.Capacity.CpuMilli)); // what fits anywhere fits the first
        }
    }

    /// <summary>What the nodes of a part hold when they are empty, each kind once.</summary>
    public IReadOnlyList<NodeRoom> RoomsOf(int shard) =>
        [.. _nodes[shard].DistinctBy(n => (n.Capacity, string.Join(',', (n.Labels ?? new Dictionary<string, string>()).Order().Select(l => $"{l.Key}={l.Value}"))))
            .Take(PartStanding.MostRooms).Select(n => new NodeRoom(n.Capacity, n.Labels))];

    /// <summary>What a batch asks for as a part of what a part has.</summary>
    public double ShareOf(SubmitItem item, int shard)
    {
        ArgumentNullException.ThrowIfNull(item);
        var share = ShardCapacity.Share(item.Spec.Resources, _parts[shard]);
        return double.IsFinite(share) ? item.Count * share : item.Count;
    }

    /// <summary>The part for a batch.</summary>
    /// <param name="batch">Checked.</param>
    /// <param name="pool">The pool's name.</param>
    /// <param name="loads">One for each part.</param>
    /// <param name="homes">The parts where an agent may run; null for all.</param>
    /// <param name="turn">Breaks ties.</param>
    /// <exception cref="GranaryException">Refused or NotFound: it cannot go to one part.</exception>
    public int Choose(SubmitBatch batch, string pool, IReadOnlyList<ShardLoad> loads, Func<string, IReadOnlyList<bool>?> homes, long turn)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(loads);
        ArgumentNullException.ThrowIfNull(homes);
        var agents = batch.Items.Select(i => i.Spec.Agent).Distinct(StringComparer.Ordinal).ToArray();
        var allowed = Enumerable.Repeat(true, shards).ToArray();
        foreach (var agent in agents)
            if (homes(agent) is { } own)
                for (var i = 0; i < shards; i++) allowed[i] &= own[i];
        if (ParentOf(batch, pool) is { } parent)
            return allowed[parent] ? parent : throw GranaryException.Refused(
                $"pool {pool}: the batch waits for tasks in a part of the pool where the limit of agent {agents[0]} leaves no room; raise its limit, or submit without 'after'");
        if (!Array.Exists(allowed, a => a))
            throw GranaryException.Refused($"pool {pool}: agents {string.Join(", ", agents.Take(4))} have limits in different parts of the pool; submit a batch for each");
        var fits = new bool[shards];
        for (var i = 0; i < shards; i++) fits[i] = allowed[i] && CanHold(batch, _nodes[i]);
        if (!Array.Exists(fits, f => f))
            for (var i = 0; i < shards; i++) fits[i] = allowed[i] && CanHold(batch, _declared[i]); // its nodes may come back
        // No part can. It says what is missing; and before the first node is there all wait in the part that gets it.
        if (!Array.Exists(fits, f => f)) return Array.FindIndex(allowed, a => a);
        var best = -1;
        var (bestAnswers, bestScore) = (false, double.PositiveInfinity);
        for (var k = 0; k < shards; k++)
        {
            var i = (int)((turn + k) % shards);
            if (!fits[i]) continue;
            var score = loads[i].Load;
            foreach (var agent in agents) score += loads[i].ByAgent.GetValueOrDefault(agent);
            if (best >= 0 && (loads[i].Answers, -score).CompareTo((bestAnswers, -bestScore)) <= 0) continue;
            (best, bestAnswers, bestScore) = (i, loads[i].Answers, score);
        }
        return best;
    }

    /// <summary>The part of the tasks that a batch waits for; null when it waits for none.</summary>
    private int? ParentOf(SubmitBatch batch, string pool)
    {
        int? parent = null;
        for (var i = 0; i < batch.Items.Count; i++)
            foreach (var id in batch.Items[i].After ?? [])
            {
                if (id.Pool != pool) throw GranaryException.Invalid($"item {i}: waits for task {id}, which is not of pool {pool}; submit it there");
                var shard = book.ShardOf(id.Number) ?? throw GranaryException.NotFound($"item {i}: waits for task {id}, which does not exist");
                if (parent is { } other && other != shard)
                    throw GranaryException.Refused(
                        $"item {i}: waits for task {id}, which is in another part of sharded pool {pool} than the others it waits for; submit them in one batch, with after_items");
                parent = shard;
            }
        return parent;
    }

    private static bool CanHold(SubmitBatch batch, List<NodeSpec> nodes)
    {
        SubmitItem? last = null;
        foreach (var item in batch.Items)
        {
            if (last is not null && last.Spec.Resources == item.Spec.Resources && last.Spec.Terms == item.Spec.Terms && last.Count == item.Count) continue;
            last = item;
            if (!CanHold(item, nodes)) return false;
        }
        return true;
    }

    private static bool CanHold(SubmitItem item, List<NodeSpec> nodes)
    {
        var (request, terms) = (item.Spec.Resources, item.Spec.Terms);
        var wanted = terms is { Gang: true } ? item.Count : 1;
        foreach (var node in nodes)
        {
            if (!ShardCapacity.Holds(node, request) || !HasLabels(node, terms?.Placement?.Require)) continue;
            if (wanted == 1) return true;
            var members = ShardCapacity.Share(request, node.Capacity) is > 0 and var share ? (int)Math.Min(wanted, Math.Floor(1 / share + 1e-9)) : wanted;
            if ((wanted -= members) <= 0) return true;
        }
        return false;
    }

    private static bool HasLabels(NodeSpec node, IReadOnlyDictionary<string, string>? required)
    {
        if (required is null) return true;
        foreach (var (label, value) in required)
            if (node.Labels is null || !node.Labels.TryGetValue(label, out var own) || own != value) return false;
        return true;
    }
}
