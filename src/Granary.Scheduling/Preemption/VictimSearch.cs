using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>
/// Which tasks of one node make room for a request: one alone where that is possible, otherwise the better of two greedy choices (cheapest
/// first, and those that cover most of what is missing first), from which every victim that can stay is taken out again. No victim of the
/// answer can be left out.
/// </summary>
/// <remarks>Fewest victims on several resources is a covering problem; the choices are exact for one resource and for one victim.</remarks>
internal sealed class VictimSearch
{
    private readonly List<Candidate> _candidates = [];
    private readonly List<(int Start, int End, AgentEntry Agent)> _groups = [];
    private readonly List<Candidate> _picked = [];
    private readonly List<bool> _used = [];
    private readonly VictimSet _other = new();
    private IReadOnlyList<Candidate> _before = [];
    private Preemptor _preemptor;
    private ResourceVector _request;
    private VictimRule _rule = null!;
    private ResourceVector _room;
    private ResourceVector _limit;

    /// <summary>Finds victims among <paramref name="candidates"/>, all on <paramref name="node"/>.</summary>
    /// <param name="preemptor">Who asks.</param>
    /// <param name="rule">Whom it may stop.</param>
    /// <param name="node">Where.</param>
    /// <param name="room">What is free there for it before anybody is stopped.</param>
    /// <param name="candidates">Sorted here.</param>
    /// <param name="most">At most so many victims.</param>
    /// <param name="result">The answer; without a node when there is none.</param>
    public void Find(in Preemptor preemptor, VictimRule rule, NodeEntry node, in ResourceVector room, List<Candidate> candidates, int most, VictimSet result) =>
        Find(preemptor, preemptor.Request, rule, node, room, candidates, [], most, result);

    /// <summary>The same for some members of a gang, <paramref name="request"/> in sum, when those in <paramref name="before"/> stop too.</summary>
    public void Find(in Preemptor preemptor, in ResourceVector request, VictimRule rule, NodeEntry node, in ResourceVector room, List<Candidate> candidates,
        IReadOnlyList<Candidate> before, int most, VictimSet result)
    {
        (_preemptor, _request, _rule, _room, _before) = (preemptor, request, rule, room, before);
        _limit = preemptor.Task.Item.Gang is null ? preemptor.Agent.Headroom : ResourceVector.Infinite; // a gang asks only within its limits
        Group(candidates);
        result.Clear();
        _picked.Clear();
        if (FindOne() is { } one && one.Count <= most)
        {
            _picked.Add(one);
            result.Set(node, _picked);
            if (one.Count == 1) return; // of a gang all stop: several single tasks may be fewer
        }
        if (Greedy(most, covering: false))
        {
            _other.Set(node, _picked);
            if (_other.IsBetterThan(result)) result.Take(_other);
        }
        if (_candidates.Count > 2 && Greedy(most, covering: true))
        {
            _other.Set(node, _picked);
            if (_other.IsBetterThan(result)) result.Take(_other);
        }
    }

    private void Group(List<Candidate> candidates)
    {
        candidates.Sort(static (a, b) => a.Agent.Index != b.Agent.Index ? a.Agent.Index.CompareTo(b.Agent.Index) : Candidate.CompareWithinAgent(a, b));
        _candidates.Clear();
        _candidates.AddRange(candidates);
        _groups.Clear();
        for (var i = 0; i < _candidates.Count;)
        {
            var start = i;
            var agent = _candidates[start].Agent;
            while (i < _candidates.Count && ReferenceEquals(_candidates[i].Agent, agent)) i++;
            _groups.Add((start, i, agent));
        }
    }

    /// <summary>The best single victim that is enough.</summary>
    private Candidate? FindOne()
    {
        Candidate? best = null;
        foreach (var (start, end, agent) in _groups)
            for (var i = start; i < end; i++)
            {
                var candidate = _candidates[i];
                var use = UseOf(agent);
                if (!Fits(candidate.Vector) || !_rule.MayTake(_preemptor, candidate.Task, use)) continue;
                if (best is null || candidate.Count < best.Value.Count
                    || (candidate.Count == best.Value.Count && IsBefore(candidate, use, best.Value, UseOf(best.Value.Agent)))) best = candidate;
                break;
            }
        return best;
    }

    private bool Greedy(int most, bool covering)
    {
        _picked.Clear();
        _used.Clear();
        for (var i = 0; i < _candidates.Count; i++) _used.Add(false);
        var taken = ResourceVector.Zero;
        var stopped = 0;
        while (!Fits(taken))
        {
            if (stopped >= most) return false;
            var next = covering ? MostCovering(taken) : Cheapest(taken);
            if (next < 0) return false;
            _used[next] = true;
            _picked.Add(_candidates[next]);
            taken += _candidates[next].Vector;
            stopped += _candidates[next].Count;
        }
        // Those picked last cost most: they stay first where they can.
        for (var i = _picked.Count - 2; i >= 0; i--)
        {
            var less = taken - _picked[i].Vector;
            if (!Fits(less)) continue;
            taken = less;
            stopped -= _picked[i].Count;
            _picked.RemoveAt(i);
        }
        return stopped <= most;
    }

    private int Cheapest(in ResourceVector taken)
    {
        var best = -1;
        var bestUse = ResourceTotals.Zero;
        foreach (var (start, end, agent) in _groups)
        {
            var use = UseOf(agent);
            for (var i = start; i < end; i++)
            {
                if (_used[i] || Cover(_candidates[i].Vector, taken) <= 0 || !_rule.MayTake(_preemptor, _candidates[i].Task, use)) continue;
                if (best < 0 || IsBefore(_candidates[i], use, _candidates[best], bestUse)) (best, bestUse) = (i, use);
                break;
            }
        }
        return best;
    }

    private int MostCovering(in ResourceVector taken)
    {
        var (best, bestCover, bestUse) = (-1, 0.0, ResourceTotals.Zero);
        foreach (var (start, end, agent) in _groups)
        {
            var use = UseOf(agent);
            for (var i = start; i < end; i++)
            {
                if (_used[i]) continue;
                var cover = Cover(_candidates[i].Vector, taken);
                if (cover <= 0 || cover < bestCover || !_rule.MayTake(_preemptor, _candidates[i].Task, use)) continue;
                if (cover == bestCover && best >= 0 && !IsBefore(_candidates[i], use, _candidates[best], bestUse)) continue;
                (best, bestCover, bestUse) = (i, cover, use);
            }
        }
        return best;
    }

    /// <summary>How much of what is missing a victim brings, as the sum over resources of parts of the request.</summary>
    private double Cover(in ResourceVector vector, in ResourceVector taken)
    {
        var request = _request;
        var cover = 0.0;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            if (request[lane] <= 0 || vector[lane] <= 0) continue;
            var missing = request[lane] - _room[lane] - taken[lane];
            if (_rule.FreesOwnLimit) missing = Math.Max(missing, request[lane] - _limit[lane] - taken[lane]);
            if (missing > 0) cover += Math.Min(missing, vector[lane]) / (double)request[lane];
        }
        return cover;
    }

    private bool Fits(in ResourceVector taken)
    {
        var request = _request;
        var rest = request - taken; // not room + taken: a lane without a limit would overflow
        return rest.FitsIn(_room) && (!_rule.FreesOwnLimit || rest.FitsIn(_limit));
    }

    /// <summary>What the agent would hold after those picked so far.</summary>
    private ResourceTotals UseOf(AgentEntry agent)
    {
        var use = agent.EffectiveUse;
        foreach (var picked in _picked)
            if (ReferenceEquals(picked.Agent, agent)) use -= picked.Whole;
        foreach (var picked in _before)
            if (ReferenceEquals(picked.Agent, agent)) use -= picked.Whole;
        return use;
    }

    /// <summary>Of two agents' first candidates: lower class; the larger share, where shares decide; less lost work; then the newer.</summary>
    private bool IsBefore(Candidate a, in ResourceTotals useOfA, Candidate b, in ResourceTotals useOfB)
    {
        if (ReferenceEquals(a.Agent, b.Agent)) return Candidate.CompareWithinAgent(a, b) < 0;
        if (a.Agent.Spec.Class != b.Agent.Spec.Class) return a.Agent.Spec.Class < b.Agent.Spec.Class;
        if (_rule.ByShare)
        {
            var (x, y) = (_rule.ShareOf(_preemptor, a.Agent, useOfA), _rule.ShareOf(_preemptor, b.Agent, useOfB));
            if (OverShare.IsBelow(y, x)) return true;
            if (OverShare.IsBelow(x, y)) return false;
        }
        return a.Lost != b.Lost ? a.Lost < b.Lost : a.Task.Number > b.Task.Number;
    }
}
