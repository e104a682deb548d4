using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>A node as one search for a gang's room sees it.</summary>
internal sealed class GangSite(NodeEntry node, ResourceVector room)
{
    public NodeEntry Node { get; } = node;

    /// <summary>What its members could have of it when those told to stop before have ended.</summary>
    public ResourceVector Room { get; } = room;

    /// <summary>What those bring that would be stopped now.</summary>
    public ResourceVector Freed { get; set; }

    /// <summary>How many members it holds then.</summary>
    public int Places { get; set; }

    /// <summary>Who could be stopped there; null where nobody can.</summary>
    public List<Candidate>? Candidates { get; set; }
}

/// <summary>
/// Whom to stop on several nodes so that all members of a gang have room. Again and again the stop that brings a member's place for the fewest
/// victims, then of the lowest class, then for the least lost work, is added, until all have one; then everybody who can stay is taken out
/// again. None is stopped unless all members then fit.
/// </summary>
/// <remarks>The greedy algorithm of set covering (Chvatal, 1979) over nodes, with the victims of each step found as for one task.</remarks>
internal sealed class GangVictims
{
    private readonly VictimSearch _search = new();
    private readonly VictimSet _best = new();
    private readonly VictimSet _next = new();
    private readonly List<Candidate> _left = [];

    /// <summary>Those to stop. A gang stands here once, by one of its members.</summary>
    public List<Candidate> Picked { get; } = [];

    /// <param name="preemptor">Whose request is that of all members together.</param>
    /// <param name="rule">Whom it may stop.</param>
    /// <param name="sites">The nodes, with who could be stopped there; places and freed room are set here.</param>
    /// <param name="members">How many need a place.</param>
    /// <param name="most">At most so many are stopped, members of gangs counted one by one.</param>
    /// <param name="count">How many members a node holds when so much is freed there by those picked.</param>
    /// <returns>True when all members have a place.</returns>
    public bool Find(in Preemptor preemptor, VictimRule rule, IReadOnlyList<GangSite> sites, int members, int most, Func<GangSite, int> count)
    {
        Picked.Clear();
        var places = 0;
        foreach (var site in sites) places += site.Places = count(site);
        while (places < members)
        {
            _best.Clear();
            var (bestGain, bestSite) = (0, default(GangSite));
            foreach (var site in sites)
            {
                if (site.Candidates is not { Count: > 0 } || !FindAt(site, preemptor, rule, most)) continue;
                Picked.AddRange(_next.Candidates);
                site.Freed += _next.Freed;
                var gain = Math.Min(members - places, count(site) - site.Places);
                site.Freed -= _next.Freed;
                Picked.RemoveRange(Picked.Count - _next.Candidates.Count, _next.Candidates.Count);
                if (gain <= 0 || (bestSite is not null && !IsBetter(_next, gain, _best, bestGain))) continue;
                _best.Take(_next);
                (bestGain, bestSite) = (gain, site);
            }
            if (bestSite is null) return false;
            foreach (var candidate in _best.Candidates) Add(candidate, sites, 1);
            if (Stopped() > most) return false;
            places = 0;
            foreach (var site in sites) places += site.Places = count(site);
        }
        Spare(sites, members, count);
        return true;
    }

    private bool FindAt(GangSite site, in Preemptor preemptor, VictimRule rule, int most)
    {
        _left.Clear();
        foreach (var candidate in site.Candidates!)
            if (!IsPicked(candidate)) _left.Add(candidate);
        if (_left.Count == 0) return false;
        var request = ResourceTotals.Multiple(preemptor.Task.Item.Shape.VectorRef, site.Places + 1).Clamped();
        _search.Find(preemptor, request, rule, site.Node, site.Room + site.Freed, _left, Picked, most, _next);
        return _next.Found;
    }

    private bool IsPicked(Candidate candidate)
    {
        foreach (var picked in Picked)
            if (picked.IsSameAs(candidate)) return true;
        return false;
    }

    /// <summary>Adds one to those picked, or takes it away: what it holds is freed on all its nodes.</summary>
    private void Add(Candidate candidate, IReadOnlyList<GangSite> sites, int sign)
    {
        if (sign > 0) Picked.Add(candidate);
        else Picked.Remove(candidate);
        foreach (var site in sites)
        {
            if (!ReferenceEquals(site.Node, candidate.Task.Node) && candidate.Task.Item.Gang is null) continue;
            var freed = candidate.On(site.Node);
            site.Freed = sign > 0 ? site.Freed + freed : site.Freed - freed;
        }
    }

    /// <summary>Takes out everybody who can stay, those first who cost most.</summary>
    private void Spare(IReadOnlyList<GangSite> sites, int members, Func<GangSite, int> count)
    {
        var byCost = Picked.ToArray();
        Array.Sort(byCost, static (a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Lost != b.Lost ? b.Lost.CompareTo(a.Lost) : a.Task.Number.CompareTo(b.Task.Number));
        foreach (var candidate in byCost)
        {
            if (Picked.Count == 1) return;
            Add(candidate, sites, -1);
            var places = 0;
            foreach (var site in sites) places += count(site);
            if (places < members) Add(candidate, sites, 1);
        }
        foreach (var site in sites) site.Places = count(site);
    }

    private int Stopped()
    {
        var stopped = 0;
        foreach (var picked in Picked) stopped += picked.Count;
        return stopped;
    }

    private static bool IsBetter(VictimSet a, int gainOfA, VictimSet b, int gainOfB)
    {
        var (x, y) = ((long)a.Count * gainOfB, (long)b.Count * gainOfA);
        if (x != y) return x < y;
        if (a.HighestClass != b.HighestClass) return a.HighestClass < b.HighestClass;
        return a.Lost * gainOfB < b.Lost * gainOfA;
    }
}
