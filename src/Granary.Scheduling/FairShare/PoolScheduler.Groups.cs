using Granary.Model;
using Granary.Scheduling.Admission;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.Journal;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>Sets what groups are owed as a whole here; all or none.</summary>
    /// <exception cref="GranaryException">Invalid, naming the group and the field; Refused, when custom resources are too many.</exception>
    public void SetGroups(IReadOnlyList<GroupSpec> groups, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(groups);
        foreach (var group in groups) GroupRules.Check(group);
        _lanes.CheckRoom(groups.SelectMany(g => new[] { g.Guarantee, g.Limit }));
        foreach (var group in groups)
            if (_order.FindGroup(group.Path)?.Spec != group) Emit(new PoolEvent(EventKind.GroupSet, now, Detail: group), events, effects);
    }

    /// <summary>What every group, declared or named by an agent, holds and is owed here, by path.</summary>
    public IReadOnlyList<GroupShare> GroupShares()
    {
        FairShares();
        return [.. _order.Groups.Select(ShareOf)];
    }

    /// <summary>The part of the pool that weights give it among all, idle or not: its part of its siblings' weight, times its group's.</summary>
    private static double PartOf(OrderNode node)
    {
        var part = 1.0;
        for (var at = node; at.Parent is { } parent; at = parent) part *= parent.MemberWeight > 0 ? at.Weight / parent.MemberWeight : 1;
        return part;
    }

    private GroupShare ShareOf(GroupEntry group)
    {
        var members = _order.Agents.Where(a => a.IsIn(group)).ToArray();
        return new GroupShare
        {
            Pool = _pool,
            Spec = group.Spec ?? new GroupSpec { Path = group.Path },
            Weight = group.Weight,
            Used = _lanes.ToSet(group.Used),
            DominantShare = group.Used.DominantShare(_order.Basis),
            FairShare = group.Owed,
            Borrowed = OverShare.Of(group.Used, group.Guarantee, _order.Basis, 1),
            Agents = members.Length,
            Queued = members.Sum(a => a.Queued),
            Running = members.Sum(a => a.Placed + a.Running),
        };
    }

    /// <summary>Nodes come and go, so that more may be guaranteed than there is: each guarantee is then met in equal part.</summary>
    private string GuaranteeNote()
    {
        if (_capacity.Ready.Count == 0 || !(_order.AnyGuarantee || _order.Groups.Any(g => g.HasGuarantee))) return "";
        var sums = new GuaranteeTree(_order.Groups.Select(g => g.Spec).OfType<GroupSpec>(), _order.Agents.Select(a => a.Spec)).Of("");
        var capacity = _lanes.ToSet(_capacity.Capacity);
        var over = sums.Where(s => s.Value > capacity.AmountOf(s.Key)).OrderBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => $"{s.Key}={Quantity.Format(s.Key, s.Value)} of {Quantity.Format(s.Key, capacity.AmountOf(s.Key))}").ToArray();
        return over.Length == 0 ? "" : $"more is guaranteed than the pool has ({string.Join(", ", over)}): guarantees are met in equal parts; add nodes or lower them";
    }

    private void ApplyGroup(GroupSpec spec)
    {
        _lanes.Learn(spec.Guarantee);
        _lanes.Learn(spec.Limit);
        _order.SetGroup(spec, _lanes);
    }

    /// <summary>How shares are counted, from the pool's policy or else from the server's options.</summary>
    private void ApplyFairness(PoolSpec spec)
    {
        var policy = spec.Policy?.Fairness;
        var counted = Fractions.All(1);
        foreach (var (name, weight) in policy?.ResourceWeights ?? new Dictionary<string, double>())
        {
            if (!ResourceNames.IsBuiltIn(name)) _lanes.Learn(new ResourceSet { Custom = new Dictionary<string, long> { [name] = 1 } });
            counted = counted.With(_lanes.LaneOf(name), weight);
        }
        _order.SetFairness(Clock.ToMicros(policy?.UseHalfLife ?? _options.UseHalfLife), counted, policy?.Queueing == FairQueueing.VirtualTime);
        ApplyAdapting(policy?.Adapt);
    }

    /// <summary>What each agent is owed now, by <see cref="AgentEntry.Index"/>; groups' are kept in them.</summary>
    private ReadOnlySpan<double> FairShares() => _fairShares.Compute(_order.Agents, _order.Groups, _capacity.Capacity, _order.Counted);

    /// <summary>A task that a limit could never hold would wait for ever.</summary>
    private void CheckLimits(AgentEntry agent, in ResourceVector request, int item, string need, string help)
    {
        for (OrderNode? node = agent; node is not null; node = node.Parent)
            if (node.HasLimit && !request.FitsIn(node.Limit.Clamped()))
                throw GranaryException.Refused($"item {item}: {need}, which alone exceeds the limit of {Title(node)}, {LimitOf(node)}; raise the limit or {help}");
    }

    private (string, string) ExplainLimit(TaskEntry task)
    {
        var agent = task.Item.Agent;
        OrderNode tight = agent;
        while (task.Item.Shape.VectorRef.FitsIn(tight.OwnHeadroom) && tight.LimitedAbove is { } above) tight = above;
        var (command, what) = tight is GroupEntry group ? ("group", group.Path) : ("agent", agent.Name);
        var running = tight is GroupEntry limited ? _order.Agents.Where(a => a.IsIn(limited)).Sum(a => a.Placed + a.Running) : agent.Placed + agent.Running;
        return ($"{Title(tight)} holds {_lanes.ToSet(tight.Used)} of its limit {LimitOf(tight)}; this needs {task.Item.Spec.Resources}",
            $"raise the limit: granary {command} set {what} --limit ..., or wait for one of its {running} running tasks");
    }

    private static string Title(OrderNode node) => node is GroupEntry group ? $"group {group.Path}" : $"agent {node.Name}";

    private static ResourceSet LimitOf(OrderNode node) => node is GroupEntry group ? group.Spec?.Limit ?? ResourceSet.Zero : ((AgentEntry)node).Spec.Limit;

    private void WriteGroups(ref JournalWriter w)
    {
        var declared = _order.Groups.Where(g => g.Spec is not null).ToArray();
        w.Unsigned((ulong)declared.Length);
        foreach (var group in declared) ModelCodec.Write(ref w, group.Spec!);
        var remembered = _order.Groups.Where(g => g.Past.At != 0).ToArray();
        w.Unsigned((ulong)remembered.Length);
        foreach (var group in remembered)
        {
            w.Text(group.Path);
            w.Double(group.Past.Average);
            w.Double(group.Past.Share);
            w.Number(group.Past.At);
        }
    }

    private void WriteVirtualTime(ref JournalWriter w)
    {
        w.Flag(_order.Rules.ByVirtualTime);
        if (!_order.Rules.ByVirtualTime) return;
        w.Double(_order.Root.VirtualTime);
        foreach (var agent in _order.Agents) w.Double(agent.Served);
        foreach (var group in _order.Groups)
        {
            w.Double(group.Served);
            w.Double(group.VirtualTime);
        }
    }

    private void ReadVirtualTime(ref JournalReader r)
    {
        if (!r.Flag()) return;
        _order.Root.VirtualTime = r.Double();
        foreach (var agent in _order.Agents) agent.Served = r.Double();
        foreach (var group in _order.Groups) (group.Served, group.VirtualTime) = (r.Double(), r.Double());
        _order.PlaceAll();
    }

    private void ReadGroups(ref JournalReader r)
    {
        for (var groups = r.Count(); groups > 0; groups--) ApplyGroup(ModelCodec.ReadGroup(ref r));
        for (var groups = r.Count(); groups > 0; groups--)
        {
            var path = r.Text();
            var past = (_order.FindGroup(path) ?? throw r.Damaged($"names group {path}, which it does not hold,")).Past;
            (past.Average, past.Share, past.At) = (r.Double(), r.Double(), r.Number());
        }
    }
}
