using Granary.Model;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Ordering;

/// <summary>The agents' tree with everything that waits in it, always in order.</summary>
internal sealed partial class OrderTree
{
    private readonly SchedulerOptions _options;
    private readonly List<AgentEntry> _agents = [];
    private readonly Dictionary<string, AgentEntry> _byName = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, GroupEntry> _groups = new(StringComparer.Ordinal);
    private readonly PriorityQueue<AgentEntry, (long, int)> _aging = new();
    private bool _stale;
    private long _refreshAt;

    public OrderTree(SchedulerOptions options, PoolStrategy strategy)
    {
        _options = options;
        Rules = new OrderRules(strategy, options) { HalfLife = Clock.ToMicros(options.UseHalfLife) };
    }

    public OrderRules Rules { get; private set; }

    public GroupEntry Root { get; } = new("", null);

    public IReadOnlyList<AgentEntry> Agents => _agents;

    /// <summary>Every group but the root, by path.</summary>
    public IReadOnlyCollection<GroupEntry> Groups => _groups.Values;

    /// <summary>The shapes of what is ready.</summary>
    public WaitingShapes Waiting { get; } = new();

    /// <summary>The pool's capacity, which shares are fractions of, each resource by how much it counts.</summary>
    public ShareBasis Basis { get; private set; } = new(ResourceTotals.Zero);

    /// <summary>Some agent has a guarantee, or had one.</summary>
    public bool AnyGuarantee { get; private set; }

    /// <summary>How much each resource counts in a dominant share; 1 for all unless the pool's policy says otherwise.</summary>
    public Fractions Counted { get; private set; } = Fractions.All(1);

    private ResourceTotals _capacity;

    public bool HasGroups => _groups.Count > 0 && Rules.Hierarchical;

    /// <summary>The latest time that anything happened at.</summary>
    public long Now { get; set; }

    public AgentEntry? Find(string name) => _byName.GetValueOrDefault(name);

    public AgentEntry AddAgent(AgentSpec spec, ResourceLanes lanes)
    {
        var agent = new AgentEntry(_agents.Count, spec);
        _agents.Add(agent);
        GrowRanks();
        _byName[spec.Id] = agent;
        Attach(agent, spec, lanes);
        return agent;
    }

    /// <summary>Changes what an agent is owed; it may move to another group.</summary>
    public void SetAgent(AgentEntry agent, AgentSpec spec, ResourceLanes lanes)
    {
        if (agent.HeapIndex >= 0) TakeOut(agent);
        AddWeight(agent.Parent!, -agent.Weight);
        for (var group = agent.Parent; group is not null; group = group.Parent)
        {
            group.Used -= agent.Used;
            group.Leaving -= agent.Leaving;
            group.Claimed -= agent.Claimed;
            group.UseChanged();
            group.Recheck |= group.HasLimit;
            group.Elsewhere -= agent.Elsewhere;
            group.HasElsewhere = !group.Elsewhere.IsZero;
        }
        Attach(agent, spec, lanes);
        Place(agent);
    }

    /// <summary>Switches the strategy: what waits is ordered anew, what runs is not disturbed.</summary>
    public void SetStrategy(PoolStrategy strategy, IQueueOrder? custom = null)
    {
        if (Strategies.StrategyParts.Of(strategy).Order == Rules.Strategy && ReferenceEquals(custom, Rules.Custom)) return;
        foreach (var agent in _agents)
            if (agent.HeapIndex >= 0) TakeOut(agent);
        Rules = new OrderRules(strategy, _options, custom) { HalfLife = Rules.HalfLife, ByVirtualTime = Rules.ByVirtualTime };
        foreach (var agent in _agents)
        {
            foreach (var queue in agent.Queues.Values)
            {
                if (queue.Tasks.Count == 0) continue;
                agent.Order.Remove(queue);
                var tasks = new TaskEntry[queue.Tasks.Count];
                for (var i = 0; i < tasks.Length; i++) tasks[i] = queue.Tasks[i];
                foreach (var task in tasks) queue.Tasks.Remove(task);
                foreach (var task in tasks) queue.Tasks.Add(task, Rules.SortKey(task));
                queue.Key = KeyOf(queue);
                agent.Order.Add(queue);
            }
            Place(agent);
        }
    }

    /// <summary>The pool's capacity changed: every share did.</summary>
    public void SetCapacity(in ResourceTotals capacity)
    {
        _capacity = capacity;
        Basis = BasisOf(capacity, Counted);
        _stale = true;
    }

    /// <summary>Brings the order up to date for <paramref name="now"/>: shares after a change of capacity, remembered use, and aging.</summary>
    public void Refresh(long now)
    {
        Now = Math.Max(Now, now);
        if (Rules.HalfLife > 0 && Now >= _refreshAt)
        {
            _refreshAt = Now + Math.Max(1, Rules.HalfLife / 64);
            _stale = true;
        }
        if (_stale)
        {
            _stale = false;
            foreach (var agent in _agents)
                if (agent.Ready > 0) Place(agent);
        }
        while (_aging.TryPeek(out var aging, out var due) && due.Item1 <= Now)
        {
            _aging.Dequeue();
            aging.Aging = false;
            if (aging.Ready > 0) Place(aging);
        }
    }

    /// <summary>When the order changes by itself; <see cref="long.MaxValue"/> for never.</summary>
    public long NextChange => _aging.TryPeek(out _, out var due) ? due.Item1 : long.MaxValue;

    public ShapeQueue TakeQueue(AgentEntry agent, Shape shape)
    {
        if (!agent.Queues.TryGetValue(shape, out var queue)) agent.Queues[shape] = queue = new ShapeQueue(agent, shape);
        queue.Items++;
        return queue;
    }

    public static void ReleaseQueue(ShapeQueue queue)
    {
        if (--queue.Items == 0) queue.Agent.Queues.Remove(queue.Shape);
    }

    /// <summary>The task is ready. <paramref name="epoch"/> is the capacity epoch: a shape known not to fit is not tried again.</summary>
    public void Enqueue(TaskEntry task, long epoch)
    {
        var queue = task.Item.Queue;
        var agent = queue.Agent;
        queue.Tasks.Add(task, Rules.SortKey(task));
        queue.Shape.Waiting++;
        agent.Asked += queue.Shape.WholeRef;
        if (agent.Ready == 0) agent.DemandSince = task.ReadySince;
        agent.Ready += StandsFor(task);
        if (task.HeapIndex > 0) return;
        queue.Key = KeyOf(queue);
        if (queue.Tasks.Count == 1)
        {
            queue.Active = queue.Shape.BlockedEpoch != epoch;
            queue.PassedSince = queue.Active ? 0 : Now;
            agent.Order.Add(queue);
            Waiting.Add(queue);
        }
        else
            agent.Order.Update(queue);
        Place(agent);
    }

    /// <summary>The task waits no more. The caller places the agent anew.</summary>
    public void Dequeue(TaskEntry task)
    {
        var queue = task.Item.Queue;
        var agent = queue.Agent;
        var wasHead = task.HeapIndex == 0;
        queue.Tasks.Remove(task);
        queue.Shape.Waiting--;
        agent.Asked -= queue.Shape.WholeRef;
        agent.Ready -= StandsFor(task);
        if (!wasHead) return;
        if (queue.Tasks.Count == 0)
        {
            agent.Order.Remove(queue);
            Waiting.Remove(queue);
            queue.Active = false;
            queue.PassedSince = 0;
            return;
        }
        queue.Key = KeyOf(queue);
        agent.Order.Update(queue);
    }

    /// <summary>The head of a gang stands for all its members.</summary>
    private static int StandsFor(TaskEntry task) => task.Item.Gang is { } gang ? gang.Waiting : 1;

    /// <summary>The agent holds more (<paramref name="sign"/> 1) or less (-1), and so do its groups. The caller places it anew.</summary>
    public void Hold(AgentEntry agent, in ResourceVector vector, int sign)
    {
        for (OrderNode? node = agent; node is not null; node = node.Parent)
        {
            node.Used = sign > 0 ? node.Used + vector : node.Used - vector;
            if (Rules.HalfLife > 0) node.Past.Set(node.Used.DominantShare(Basis), Now, Rules.HalfLife);
            if (!node.HasLimit) continue;
            node.UseChanged();
            if (sign < 0) MarkRecheck(node);
        }
    }

    /// <summary>What the agent holds in other pools counts beside what it holds here.</summary>
    public void SetElsewhere(AgentEntry agent, in ResourceTotals elsewhere)
    {
        var change = elsewhere - agent.Elsewhere;
        for (OrderNode? node = agent; node is not null; node = node.Parent)
        {
            node.Elsewhere += change;
            node.HasElsewhere = !node.Elsewhere.IsZero;
        }
        Place(agent);
    }

    /// <summary>Puts the agent where its key says, and its groups where theirs say.</summary>
    public void Place(AgentEntry agent)
    {
        var parent = Rules.Hierarchical ? agent.Parent! : Root;
        if (agent.Ready == 0)
        {
            if (agent.HeapIndex >= 0) parent.Children.Remove(agent);
            _signatures[agent.Index] = 0;
        }
        else
        {
            if (Rules.ByVirtualTime && agent.HeapIndex < 0) Arrive(agent, parent);
            agent.Key = Rules.KeyOf(agent, Basis, Now);
            _ranks[agent.Index] = agent.Key;
            SetBounds(agent);
            if (agent.HeapIndex < 0) parent.Children.Add(agent);
            else parent.Children.Update(agent);
            if (!agent.Aging && Rules.NextRise(agent, Now) is var rise and < long.MaxValue)
            {
                agent.Aging = true;
                _aging.Enqueue(agent, (rise, agent.Index));
            }
        }
        for (; parent.Parent is { } above; parent = above) Place(parent, above);
    }

    /// <summary>True when <paramref name="a"/> goes before <paramref name="b"/>: by class, then where their paths to the root part, then within the agent.</summary>
    public bool Before(ShapeQueue a, ShapeQueue b)
    {
        return ReferenceEquals(a.Agent, b.Agent) ? OrderItem.Before(a, b) : IsBefore(a.Agent, b.Agent);
    }

    /// <summary>The same for two agents that wait.</summary>
    public bool IsBefore(AgentEntry a, AgentEntry b)
    {
        if (a.Key.Level != b.Key.Level) return a.Key.Level > b.Key.Level;
        if (!HasGroups) return OrderItem.Before(a, b);
        OrderNode x = a, y = b;
        while (DepthOf(x) > DepthOf(y)) x = x.Parent!;
        while (DepthOf(y) > DepthOf(x)) y = y.Parent!;
        while (!ReferenceEquals(x.Parent, y.Parent)) (x, y) = (x.Parent!, y.Parent!);
        return OrderItem.Before(x, y);
    }

    private static int DepthOf(OrderNode node) => node is GroupEntry group ? group.Depth : node.Parent!.Depth + 1;

    /// <summary>After a walk: what is tried is not active any more. Positions stay.</summary>
    public void Settle(AgentEntry agent)
    {
        if (agent.HeapIndex < 0) return;
        SetBounds(agent);
        OrderItem item = agent;
        var parent = Rules.Hierarchical ? agent.Parent! : Root;
        while (true)
        {
            parent.Children.UpdateBounds(item);
            if (parent.Parent is not { } above) return;
            SetBounds(parent);
            item = parent;
            parent = above;
        }
    }

    private void Place(GroupEntry group, GroupEntry above)
    {
        if (group.Children.Count == 0)
        {
            if (group.HeapIndex >= 0) above.Children.Remove(group);
            return;
        }
        if (Rules.ByVirtualTime && group.HeapIndex < 0) Arrive(group, above);
        group.Key = Rules.KeyOf(group, Basis, Now);
        SetBounds(group);
        if (group.HeapIndex < 0) above.Children.Add(group);
        else above.Children.Update(group);
    }

    /// <summary>By its own limit alone: those above it bound its groups.</summary>
    private void SetBounds(AgentEntry agent)
    {
        var min = agent.Order.Min;
        var within = min.FitsIn(agent.OwnHeadroom);
        agent.Min = within ? min : ResourceVector.Infinite;
        agent.Shapes = _signatures[agent.Index] = within ? agent.Order.Shapes : 0;
        agent.Active = within && (agent.Order.AnyActive || agent.Recheck);
    }

    private static void SetBounds(GroupEntry group)
    {
        var min = group.Children.Min;
        var within = !group.HasLimit || min.FitsIn(group.OwnHeadroom);
        group.Min = within ? min : ResourceVector.Infinite;
        group.Shapes = within ? group.Children.Shapes : 0;
        group.Active = within && (group.Children.AnyActive || group.Recheck);
    }

    private void TakeOut(AgentEntry agent)
    {
        var parent = Rules.Hierarchical ? agent.Parent! : Root;
        parent.Children.Remove(agent);
        _signatures[agent.Index] = 0;
        for (; parent.Parent is { } above; parent = above) Place(parent, above);
    }

    private void Attach(AgentEntry agent, AgentSpec spec, ResourceLanes lanes)
    {
        agent.Set(spec, lanes);
        AnyGuarantee |= agent.HasGuarantee;
        var parent = Group(spec.Group);
        agent.Parent = _parents[agent.Index] = parent;
        agent.LimitedAbove = parent.HasLimit ? parent : parent.LimitedAbove;
        AddWeight(parent, agent.Weight);
        for (var group = parent; group is not null; group = group.Parent)
        {
            group.Used += agent.Used;
            group.Leaving += agent.Leaving;
            group.Claimed += agent.Claimed;
            group.UseChanged();
            group.Elsewhere += agent.Elsewhere;
            group.HasElsewhere = !group.Elsewhere.IsZero;
        }
    }

    private static OrderKey KeyOf(ShapeQueue queue)
    {
        var head = queue.Tasks.First;
        return new OrderKey(0, 0, 0, queue.Tasks.KeyOf(head), head.Number);
    }
}
