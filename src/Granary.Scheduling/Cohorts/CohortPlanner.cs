using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Cohorts;

/// <summary>
/// Decides what the pools of one cohort lend to each other. Pure: what the pools tell and the time are arguments. What it keeps between
/// rounds (when a pool last waited for room, what it was told) only slows it down, and may be lost.
/// </summary>
/// <remarks>
/// A round, in this order: settle what was returned, offered, or lies on a failing node; provide for demand with what is on its way already;
/// lend what is free, to the pool with the smallest share first; call back what a lender needs itself; call back for fairness between
/// borrowers; give back what is not needed. Shares and the rule of fairness are Kueue's, with a pool's own capacity as its nominal quota.
/// </remarks>
public sealed partial class CohortPlanner
{
    private readonly CohortOptions _options;
    private readonly Dictionary<string, long> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _neededOwn = new(StringComparer.Ordinal);
    private readonly HashSet<string> _toldReclaiming = new(StringComparer.Ordinal);
    private readonly List<CohortLoan> _loans = [];
    private SortedDictionary<string, CohortPool> _pools = new(StringComparer.Ordinal);
    private AmountTable _table = new();
    private long[] _total = [];
    private string _cohort = "";
    private long _now;

    /// <exception cref="GranaryException">Invalid, when an option is.</exception>
    public CohortPlanner(CohortOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>What each pool is to do, by its name; a pool with nothing to do is left out.</summary>
    /// <param name="cohort">The cohort's name.</param>
    /// <param name="standings">What its pools, and those with which they have loans, told. A pool that could not be asked is left out: nothing is decided about it.</param>
    /// <param name="now">Microseconds since the epoch.</param>
    public IReadOnlyDictionary<string, CohortOrders> Plan(string cohort, IReadOnlyList<CohortStanding> standings, long now)
    {
        ArgumentNullException.ThrowIfNull(standings);
        Begin(cohort, standings, now);
        Settle();
        ProvideFromComing();
        Remember();
        Grant();
        ReclaimOwn();
        ReclaimForFairness();
        GiveBack();
        TellUses();
        TellReclaiming();
        return _pools.Values.Where(p => !p.Orders.IsNone).ToDictionary(p => p.Name, p => p.Orders, StringComparer.Ordinal);
    }

    private void Begin(string cohort, IReadOnlyList<CohortStanding> standings, long now)
    {
        (_cohort, _now) = (cohort, now);
        _table = new AmountTable();
        foreach (var standing in standings)
        {
            _table.Learn(standing.Capacity);
            _table.Learn(standing.Used);
            foreach (var demand in standing.Demand) _table.Learn(demand.Request);
            foreach (var node in standing.Nodes) _table.Learn(node.Capacity);
            foreach (var agent in standing.Agents)
            {
                _table.Learn(agent.Used);
                _table.Learn(agent.Elsewhere);
            }
        }
        _pools = new SortedDictionary<string, CohortPool>(StringComparer.Ordinal);
        foreach (var standing in standings) _pools[standing.Pool] = new CohortPool(standing, cohort, _table);
        _total = _table.Zero();
        foreach (var pool in _pools.Values)
            if (pool.Member) _total.Add(pool.Own);
        _loans.Clear();
    }

    /// <summary>Notes who waits now, and who waits for room of its own.</summary>
    private void Remember()
    {
        foreach (var pool in _pools.Values)
        {
            if (pool.Standing.Demand.Count > 0) _wanted[pool.Name] = _now;
            if (pool.Demand.Exists(d => pool.Nodes.Values.Any(d.CouldUse))) _neededOwn[pool.Name] = _now;
        }
    }

    private double ShareOf(CohortPool pool, long[]? more = null, int sign = 1) =>
        CohortShares.Of(more is null ? pool.Used : pool.Used.Plus(more, sign), pool.Own, _total, pool.Weight);

    /// <summary>Room that is on its way back, or was borrowed and is not used yet, is not called back or lent a second time.</summary>
    private void ProvideFromComing()
    {
        foreach (var pool in _pools.Values)
        {
            foreach (var line in pool.Demand)
                foreach (var room in pool.Nodes.Values)
                    if (line.CouldUse(room)) Take(line, room.Coming, room.Free);
            foreach (var taken in pool.Standing.Taken)
            {
                if (taken.State != NodeState.Ready) continue;
                var free = _table.Of(taken.Free);
                foreach (var line in pool.Demand.Where(d => !d.OwnOnly)) Take(line, free);
            }
            foreach (var loan in pool.Take)
            {
                var slice = _table.Of(loan.Node.Capacity);
                foreach (var line in pool.Demand.Where(d => !d.OwnOnly)) Take(line, slice);
            }
        }
    }

    /// <summary>Meets what it can of <paramref name="line"/> from a room, and from what stands beside it.</summary>
    private static int Take(DemandLine line, long[] room, long[]? beside = null)
    {
        if (line.Left == 0) return 0;
        var sum = beside is null ? room : room.Plus(beside);
        var met = line.Request.Times(sum, line.Left);
        line.Left -= met;
        room.Add(line.Request, -met);
        return met;
    }

    private void TellReclaiming()
    {
        foreach (var pool in _pools.Values)
        {
            var mine = pool.Standing.Demand.Count == 0 ? [] : _loans.Where(l => l.Lender == pool
                && (l.Taken.State == NodeState.Draining || l.Borrower.Calls.Exists(c => c.Fate == LoanFate.Reclaim && c.Lender == pool.Name && c.Number == l.Loan.Number)))
                .Select(l => l.Loan.Number).ToArray();
            var before = _toldReclaiming.Remove(pool.Name);
            if (mine.Length > 0) _toldReclaiming.Add(pool.Name);
            if (before || mine.Length > 0) pool.Reclaiming = mine;
        }
    }
}
