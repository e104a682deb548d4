using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Placement;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>What a pool tells its cohort.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>At most so many nodes with room are named, those with the most first: enough for one round.</summary>
    private const int MostStandingNodes = 64;

    /// <summary>At most so many kinds of demand are named.</summary>
    private const int MostDemands = 32;

    public CohortStanding Standing(bool withAgents) => new()
    {
        Pool = _pool,
        Cohort = _spec.Cohort,
        Lending = _spec.Policy?.Lending,
        Capacity = _lanes.ToSet(_capacity.Capacity - Borrowed()),
        Used = _lanes.ToSet(_capacity.Used),
        Demand = Demands(),
        Nodes = StandingNodes(),
        Given = [.. _loans.Given.Values.Select(g => new LoanGiven(g.Loan, Clock.ToTime(g.At)))],
        Taken = [.. _loans.Taken.Values.Select(n => new LoanTaken(n.Slice!.Loan, Clock.ToTime(n.Slice.At), n.State, n.Leases.Count, _lanes.ToSet(n.Free)))],
        Marks = new Dictionary<string, long>(_loans.Marks),
        NextLoan = _loans.Next,
        Agents = withAgents ? StandingAgents() : [],
    };

    /// <summary>True when this pool is in a cohort, or has loans to settle with one.</summary>
    public bool InCohort => _spec.Cohort.Length > 0 || _loans.Given.Count + _loans.Taken.Count > 0;

    /// <summary>The cohorts that must hear of this pool: its own, and those that arranged its loans.</summary>
    public IReadOnlyList<string> Cohorts() => [.. _loans.Given.Values.Select(g => g.Loan.Cohort)
        .Concat(_loans.Taken.Values.Select(n => n.Slice!.Loan.Cohort)).Append(_spec.Cohort).Where(c => c.Length > 0).Distinct().Order(StringComparer.Ordinal)];

    private ResourceTotals Borrowed()
    {
        var sum = ResourceTotals.Zero;
        foreach (var node in _loans.Taken.Values)
            if (node.Counts) sum += node.Capacity;
        return sum;
    }

    private ResourceTotals Lent()
    {
        var sum = ResourceTotals.Zero;
        foreach (var given in _loans.Given.Values) sum += given.Slice;
        return sum;
    }

    private Loan[] Loans() => [.. _loans.Given.Values.Select(g => g.Loan), .. _loans.Taken.Values.Select(n => n.Slice!.Loan)];

    /// <summary>What waits and fits on no node, as far as its agents' limits let it run; largest count first.</summary>
    private List<CohortDemand> Demands()
    {
        List<CohortDemand> demands = [];
        Dictionary<ResourceVector, int>? counts = null;
        for (var i = 0; i < _order.Waiting.Count; i++)
        {
            var shape = _order.Waiting[i];
            var cursor = default(NodeIndex.Cursor);
            if (shape.BlockedEpoch != _capacity.Epoch && _capacity.Index.Next(shape.VectorRef, ref cursor) is not null) continue;
            var count = 0;
            foreach (var waiter in shape.Queues) count += Runnable(waiter.Queue, shape.Vector);
            foreach (var claim in _claims)
                if (claim.Task.Item.Shape == shape) count--; // room is being made for it here
            if (count <= 0) continue;
            if (shape.Terms is null && shape.Members == 1) (counts ??= [])[shape.Vector] = counts.GetValueOrDefault(shape.Vector) + count;
            else demands.Add(new CohortDemand(_lanes.ToSet(shape.Vector), count * shape.Members, LentNodes(shape)));
        }
        if (counts is not null) demands.AddRange(counts.Select(c => new CohortDemand(_lanes.ToSet(c.Key), c.Value)));
        return demands.Count < 2 ? demands : [.. demands.OrderByDescending(d => d.Count).ThenBy(d => d.Request.ToString(), StringComparer.Ordinal).Take(MostDemands)];
    }

    private string[] LentNodes(Ordering.Shape shape) =>
        [.. _loans.Given.Values.Select(g => g.Node).Distinct().Where(shape.CouldUse).Select(n => n.Spec.Name)];

    /// <summary>How many of a queue's tasks its agent's limit lets run beside what it holds.</summary>
    private static int Runnable(Ordering.ShapeQueue queue, in ResourceVector request)
    {
        var count = queue.Tasks.Count;
        if (!queue.Agent.HasLimit) return count;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (request[lane] > 0) count = Math.Min(count, Math.Max(0, queue.Agent.Headroom[lane] / request[lane]));
        return count;
    }

    private List<CohortNode> StandingNodes()
    {
        var nodes = new List<CohortNode>();
        var named = new HashSet<NodeEntry>();
        foreach (var given in _loans.Given.Values) Add(given.Node);
        var left = MostStandingNodes;
        foreach (var node in _capacity.Index.MostFreeFirst())
        {
            if (node.Slice is not null) continue;
            if (left-- == 0) break;
            Add(node);
        }
        return nodes;

        void Add(NodeEntry node)
        {
            if (named.Add(node)) nodes.Add(new CohortNode(node.Spec.Name, node.State, _lanes.ToSet(node.Capacity), _lanes.ToSet(ResourceVector.Max(Lendable(node), ResourceVector.Zero))));
        }
    }

    private List<CohortAgent> StandingAgents()
    {
        var agents = new List<CohortAgent>();
        foreach (var agent in _order.Agents)
            if (agent.Queued > 0 || !agent.Used.IsZero || !agent.Elsewhere.IsZero)
                agents.Add(new CohortAgent(agent.Name, _lanes.ToSet(agent.Used), _lanes.ToSet(agent.Elsewhere)));
        return agents;
    }
}
