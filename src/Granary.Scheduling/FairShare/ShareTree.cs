using Granary.Model;

namespace Granary.Scheduling.FairShare;

/// <summary>
/// Hierarchical weighted max-min fairness over several resources. The members of a group rise together, each group as one claimant among its
/// siblings; what a member leaves is its siblings' first. A claimant rises until its demand is met, or until a resource that it uses is used up, in
/// the whole or under a limit above it. Guarantees come first; where they do not all fit they are met in equal parts.
/// </summary>
/// <remarks>
/// Progressive filling (Ghodsi et al., Dominant Resource Fairness, NSDI 2011, section 4) with the naive order of Bhattacharya et al., Hierarchical
/// Scheduling for Diverse Datacenter Workloads, SoCC 2013, section 3.1, in which a group's share is that of all it holds. A level below 0 means that
/// this part of every guarantee is missing; at level x from 0 on a claimant has the weighted dominant share x, or its guarantee when that is more.
/// </remarks>
internal sealed class ShareTree
{
    public const int Root = 0;
    private const double Full = 1 - 1e-9;
    private const double NearlyMet = 1 - 1e-12;

    private Node[] _nodes = new Node[16];
    private int _count;
    private Fractions _counted;

    /// <summary>Begins anew with nothing but the whole.</summary>
    /// <param name="counted">How much each resource counts in a dominant share; 1 everywhere for the plain one.</param>
    public void Clear(in Fractions counted)
    {
        _counted = counted;
        _count = 0;
        Add(new Node { Parent = -1, Weight = 1, IsGroup = true, HasLimit = true, Limit = Fractions.All(1) });
    }

    /// <param name="guarantee">Fractions of the whole; 0 for what is not guaranteed.</param>
    /// <param name="limit">Fractions of the whole; infinite for what is not limited.</param>
    public int AddGroup(int parent, double weight, in Fractions guarantee, in Fractions limit) => Add(new Node
    {
        Parent = parent,
        Weight = weight,
        IsGroup = true,
        Guarantee = Reciprocal(guarantee),
        HasGuarantee = guarantee.Largest() > 0,
        Limit = limit,
        HasLimit = HasFinite(limit),
    });

    /// <param name="demand">What it holds and asks for, as fractions of the whole.</param>
    public int AddAgent(int parent, double weight, in Fractions demand, in Fractions guarantee, in Fractions limit)
    {
        var dominant = (demand * _counted).Largest();
        if (!(dominant > 0)) return Add(new Node { Parent = parent, Weight = weight });
        var direction = demand * (1 / dominant);
        var (cap, floor) = (dominant, double.PositiveInfinity);
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            if (direction[lane] <= 0) continue;
            cap = Math.Min(cap, limit[lane] / direction[lane]);
            if (guarantee[lane] > 0) floor = Math.Min(floor, guarantee[lane] / direction[lane]);
        }
        return Add(new Node { Parent = parent, Weight = weight, Direction = direction, Cap = cap, Floor = double.IsInfinity(floor) ? 0 : Math.Min(floor, cap) });
    }

    /// <summary>The dominant share that a node is owed, after <see cref="Solve"/>.</summary>
    public double Share(int node) => (_nodes[node].Use * _counted).Largest();

    /// <summary>What a node is owed, as fractions of the whole.</summary>
    public Fractions Use(int node) => _nodes[node].Use;

    public void Solve()
    {
        Prepare();
        var level = -1.0;
        var reach = _nodes[Root].Reach;
        for (var rounds = _count * ResourceVector.Lanes; rounds > 0; rounds--)
        {
            var atReach = Excess(reach);
            if (atReach <= 1e-12) return;
            var find = new RootFinder(level, reach, Excess(level), atReach);
            while (find.Next(out var x)) find.Tell(x, Excess(x));
            level = find.Low;
            Excess(level);
            if (!CloseWhatIsFull()) return;
        }
    }

    /// <summary>Children lie behind their parents, so one pass backwards goes up the tree.</summary>
    private void Prepare()
    {
        for (var i = 1; i < _count; i++)
        {
            ref var node = ref _nodes[i];
            node.Next = _nodes[node.Parent].First;
            _nodes[node.Parent].First = i;
        }
        for (var i = _count - 1; i >= 0; i--)
        {
            ref var node = ref _nodes[i];
            if (node.IsGroup)
            {
                Sum(i, node.Inner);
                var most = (node.Use * _counted).Largest();
                node.Reach = i == Root ? node.Inner : node.Weight > 0 ? most / node.Weight : 0;
                if (node.HasGuarantee) node.MostMet = Math.Min(1, (node.Use * node.Guarantee).Largest());
            }
            else
                node.Reach = node.Cap / node.Weight;
            if (i != Root) _nodes[node.Parent].Inner = Math.Max(_nodes[node.Parent].Inner, node.Reach);
        }
    }

    /// <summary>Raises everything to a level; by how much the fullest resource, anywhere, is then over its bound.</summary>
    private double Excess(double level)
    {
        Sum(Root, level);
        var most = double.NegativeInfinity;
        for (var i = 0; i < _count; i++)
            if (_nodes[i].HasLimit) most = Math.Max(most, (_nodes[i].Use - _nodes[i].Limit).Largest());
        return most;
    }

    private void Sum(int group, double level)
    {
        var use = default(Fractions);
        for (var child = _nodes[group].First; child != 0; child = _nodes[child].Next)
        {
            if (_nodes[child].IsGroup) Raise(child, level);
            else RaiseAgent(ref _nodes[child], level);
            use += _nodes[child].Use;
        }
        _nodes[group].Use = use;
    }

    private static void RaiseAgent(ref Node agent, double level)
    {
        if (!agent.Frozen) agent.Use = agent.Direction * (level < 0 ? (1 + level) * agent.Floor : Math.Min(agent.Cap, Math.Max(agent.Floor, level * agent.Weight)));
    }

    /// <summary>Brings a group to the level at which its members together have what the level among its siblings gives it.</summary>
    private void Raise(int group, double level)
    {
        var (inner, weight) = (_nodes[group].Inner, _nodes[group].Weight);
        var least = Math.Min(level, 0);
        var reached = least;
        if (level >= 0) reached = Math.Max(reached, LevelWithin(group, least, inner, level * weight, byGuarantee: false));
        if (_nodes[group].HasGuarantee && _nodes[group].MostMet > 0)
            reached = Math.Max(reached, LevelWithin(group, least, inner, Math.Min(level < 0 ? 1 + level : 1, _nodes[group].MostMet) * NearlyMet, byGuarantee: true));
        Sum(group, reached);
    }

    /// <summary>The highest level of a group's members at which its own measure is not over <paramref name="target"/>.</summary>
    private double LevelWithin(int group, double low, double high, double target, bool byGuarantee)
    {
        var atHigh = Measure(group, high, byGuarantee) - target;
        if (atHigh <= 0) return high;
        var atLow = Measure(group, low, byGuarantee) - target;
        if (atLow >= 0) return low;
        var find = new RootFinder(low, high, atLow, atHigh);
        while (find.Next(out var x)) find.Tell(x, Measure(group, x, byGuarantee) - target);
        return find.Low;
    }

    private double Measure(int group, double level, bool byGuarantee)
    {
        Sum(group, level);
        return (_nodes[group].Use * (byGuarantee ? _nodes[group].Guarantee : _counted)).Largest();
    }

    /// <summary>Whoever uses a resource that is used up has what it is owed; the others go on, and the resource bounds nobody any more.</summary>
    private bool CloseWhatIsFull()
    {
        var any = false;
        var (fullest, where, which) = (double.NegativeInfinity, -1, -1);
        for (var i = 0; i < _count; i++)
        {
            if (!_nodes[i].HasLimit) continue;
            for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            {
                if (_nodes[i].Use[lane] >= _nodes[i].Limit[lane] * Full)
                {
                    Close(i, lane);
                    any = true;
                }
                else if (_nodes[i].Use[lane] - _nodes[i].Limit[lane] is var over && over > fullest && _nodes[i].Use[lane] > 0)
                    (fullest, where, which) = (over, i, lane);
            }
        }
        if (any || where < 0) return any;
        // levels within levels are found less exactly than a bound is checked: what is nearest to its bound is what stopped the rise
        Close(where, which);
        return true;
    }

    private void Close(int group, int lane)
    {
        FreezeUsers(group, lane);
        _nodes[group].Limit = _nodes[group].Limit.With(lane, double.PositiveInfinity);
    }

    private void FreezeUsers(int group, int lane)
    {
        for (var child = _nodes[group].First; child != 0; child = _nodes[child].Next)
        {
            ref var node = ref _nodes[child];
            if (node.IsGroup) FreezeUsers(child, lane);
            else if (node.Direction[lane] > 0) node.Frozen = true;
        }
    }

    private int Add(in Node node)
    {
        if (_count == _nodes.Length) Array.Resize(ref _nodes, _count * 2);
        _nodes[_count] = node;
        return _count++;
    }

    private static Fractions Reciprocal(in Fractions of)
    {
        Span<double> lanes = stackalloc double[ResourceVector.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++) lanes[lane] = of[lane] > 0 ? 1 / of[lane] : 0;
        return new Fractions(lanes);
    }

    private static bool HasFinite(in Fractions limit)
    {
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (double.IsFinite(limit[lane])) return true;
        return false;
    }

    private struct Node
    {
        public int Parent;
        public int First;
        public int Next;
        public bool IsGroup;
        public bool Frozen;
        public bool HasLimit;
        public bool HasGuarantee;
        public double Weight;

        /// <summary>An agent's guarantee along its direction, as a dominant share.</summary>
        public double Floor;

        /// <summary>An agent's demand or limit, whichever is less, as a dominant share.</summary>
        public double Cap;

        /// <summary>The level among its siblings from which on it takes no more.</summary>
        public double Reach;

        /// <summary>The level among a group's members from which on none takes more.</summary>
        public double Inner;

        /// <summary>The part of a group's guarantee that its members' demand can meet.</summary>
        public double MostMet;

        public Fractions Direction;
        public Fractions Guarantee;
        public Fractions Limit;
        public Fractions Use;
    }
}
