using Granary.Model;

namespace Granary.Client;

/// <summary>What must be true of a fleet, wherever it comes from. The server checks again what it depends on.</summary>
public static class FleetRules
{
    /// <summary>Everything that is wrong with the fleet, sorted by line; empty when nothing is.</summary>
    public static IReadOnlyList<FleetProblem> Check(FleetSpec fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        var problems = new FleetProblems(fleet.Lines?.File ?? "");
        Check(fleet.Named(), problems);
        return problems.First(int.MaxValue);
    }

    internal static void Check(FleetSpec fleet, FleetProblems problems)
    {
        var lines = new PartLines(fleet.Lines);
        Pools(fleet, lines, problems);
        Groups(fleet, lines, problems);
        Agents(fleet, lines, problems);
        Nodes(fleet, lines, problems);
        Reservations(fleet, lines, problems);
        TaskRules.Check(fleet, lines, problems);
        DependencyRules.Check(fleet, lines, problems);
        CapacityRules.CheckAlone(fleet, lines, problems);
    }

    private static void Pools(FleetSpec fleet, PartLines lines, FleetProblems problems)
    {
        var seen = new Seen("pool", problems);
        for (var i = 0; i < fleet.Pools.Count; i++)
        {
            var (pool, line) = (fleet.Pools[i], lines.Pool(i));
            Name(pool.Name, "pool name", line, problems);
            seen.Add(pool.Name, line);
            if (pool.Cohort.Length > 0) Name(pool.Cohort, "cohort name", line, problems);
            if (FairnessRules.Problem(pool.Policy?.Fairness) is { } problem) problems.Add(line, $"pool '{Quoting.Clip(pool.Name)}': {problem}");
            if (ShardNames.Problem(pool) is { } shards) problems.Add(line, $"pool '{Quoting.Clip(pool.Name)}': {shards}");
            Lending(pool, line, problems);
        }
    }

    private static void Groups(FleetSpec fleet, PartLines lines, FleetProblems problems)
    {
        var seen = new Seen("group", problems);
        var tree = fleet.Groups.Any(g => !g.Limit.IsZero) ? new GuaranteeTree(fleet.Groups, fleet.Agents) : null;
        for (var i = 0; i < fleet.Groups.Count; i++)
        {
            var (group, line) = (fleet.Groups[i], lines.Group(i));
            var title = $"group '{Quoting.Clip(group.Path)}'";
            if (group.Path.Length > 0 && !GroupPaths.IsValid(group.Path)) problems.Add(line, $"'{Quoting.Clip(group.Path)}' is no group; {GroupPaths.Rule}");
            seen.Add(group.Path, line);
            if (!(group.Weight >= 0 && group.Weight <= 1_000_000))
                problems.Add(line, $"{title} has weight {group.Weight:R}; write 0, for the sum of its members' weights, or up to 1000000");
            ResourceRules.Check(group.Guarantee, "guarantee", line, problems);
            ResourceRules.Check(group.Limit, "limit", line, problems);
            foreach (var (name, amount) in group.Guarantee.Named())
                if (group.Limit.AmountOf(name) is var limit and > 0 && limit < amount)
                    problems.Add(line, $"{title} is guaranteed {name}={Quantity.Format(name, amount)} but limited to {Quantity.Format(name, limit)}; raise the limit or lower the guarantee");
            if (tree?.Problem(group) is { } problem) problems.Add(line, problem);
        }
    }

    private static void Lending(PoolSpec pool, int line, FleetProblems problems)
    {
        if (pool.Policy?.Lending is not { } lending) return;
        if (lending.LendingLimit is { } lend) ResourceRules.Check(lend, "limit", line, problems);
        if (lending.BorrowingLimit is { } borrow) ResourceRules.Check(borrow, "borrow_limit", line, problems);
        if (lending.Weight is { } weight && !(weight > 0 && weight <= 1_000_000))
            problems.Add(line, $"pool '{Quoting.Clip(pool.Name)}' has weight {weight:R} in its cohort; write a number over 0 and up to 1000000");
        if (pool.Cohort.Length == 0) problems.Add(line, $"pool '{Quoting.Clip(pool.Name)}' says what it lends but is in no cohort; name one: cohort: lab");
    }

    private static void Agents(FleetSpec fleet, PartLines lines, FleetProblems problems)
    {
        var seen = new Seen("agent", problems);
        for (var i = 0; i < fleet.Agents.Count; i++)
        {
            var (agent, line) = (fleet.Agents[i], lines.Agent(i));
            Name(agent.Id, "agent id", line, problems);
            seen.Add(agent.Id, line);
            if (!(agent.Weight > 0 && agent.Weight <= 1_000_000))
                problems.Add(line, $"agent '{Quoting.Clip(agent.Id)}' has weight {agent.Weight:R}; write a number over 0 and up to 1000000");
            Group(agent, line, problems);
            ResourceRules.Check(agent.Guarantee, "guarantee", line, problems);
            ResourceRules.Check(agent.Limit, "limit", line, problems);
            foreach (var (name, amount) in agent.Guarantee.Named())
                if (ResourceRules.AmountOf(agent.Limit, name) is var limit and > 0 && limit < amount)
                    problems.Add(line, $"agent '{Quoting.Clip(agent.Id)}' is guaranteed {name}={Quantity.Format(name, amount)} but limited to "
                        + $"{Quantity.Format(name, limit)}; raise the limit or lower the guarantee");
            Labels(agent.Labels, line, problems);
        }
    }

    private static void Nodes(FleetSpec fleet, PartLines lines, FleetProblems problems)
    {
        var seen = new Seen("node", problems);
        for (var i = 0; i < fleet.Nodes.Count; i++)
        {
            var (node, line) = (fleet.Nodes[i], lines.Node(i));
            Name(node.Name, "node name", line, problems);
            seen.Add(node.Name, line);
            Name(node.Pool, "pool name", line, problems);
            ResourceRules.Check(node.Capacity, "capacity", line, problems);
            if (node.Simulated && node.Capacity.IsZero)
                problems.Add(line, $"simulated node '{Quoting.Clip(node.Name)}' has no capacity; add capacity: {{ cpu: 8, memory: 16Gi }}");
            Labels(node.Labels, line, problems);
        }
    }

    private static void Reservations(FleetSpec fleet, PartLines lines, FleetProblems problems)
    {
        for (var i = 0; i < fleet.Reservations.Count; i++)
        {
            var (reservation, line) = (fleet.Reservations[i], lines.Reservation(i));
            Name(reservation.Pool, "pool name", line, problems);
            Name(reservation.Agent, "agent id", line, problems);
            ResourceRules.Check(reservation.Resources, "resources", line, problems);
            if (reservation.Resources.IsZero) problems.Add(line, "the reservation names no resources; add resources: { cpu: 1 }");
            if (reservation.For <= TimeSpan.Zero || reservation.For > Durations.Max) problems.Add(line, "the reservation has no length; add for: 5m");
            if (reservation.Every is { } every && every < reservation.For) problems.Add(line, $"the reservation recurs every {Durations.Format(every)} but lasts {Durations.Format(reservation.For)}; write every: {Durations.Format(reservation.For)} or more");
            if (reservation.Every is null && (reservation.Count > 1 || reservation.Until is not null)) problems.Add(line, "the reservation does not say how often it recurs; add every: 24h, or remove count and until");
            if (reservation.From < TimeSpan.Zero) problems.Add(line, "the reservation begins before it is made; write from: +10m");
        }
    }

    private static void Group(AgentSpec agent, int line, FleetProblems problems)
    {
        if (agent.Group.Length == 0) return;
        var parts = agent.Group.Split('/');
        if (parts.Length > 8 || !parts.All(Names.IsValid))
            problems.Add(line, $"'{Quoting.Clip(agent.Group)}' is no group; write names with '/' between them, at most 8, like research/energy");
    }

    internal static void Labels(IReadOnlyDictionary<string, string>? labels, int line, FleetProblems problems)
    {
        foreach (var (key, value) in labels ?? new Dictionary<string, string>())
        {
            if (!Names.IsValid(key)) problems.Add(line, $"'{Quoting.Clip(key)}' is no label name; write {Names.Rule}");
            if (value.Length > 255 || value.Any(char.IsControl))
                problems.Add(line, $"the label '{Quoting.Clip(key)}' has a value of {value.Length} characters; write up to 255, on one line");
        }
    }

    /// <summary>An empty name that came from a file was told when the file was read.</summary>
    internal static void Name(string name, string what, int line, FleetProblems problems)
    {
        if (Names.IsValid(name) || (name.Length == 0 && line > 0)) return;
        problems.Add(line, $"'{Quoting.Clip(name)}' is no {what}; write {Names.Rule}");
    }
}

/// <summary>Lines of a fleet's parts; 0 where it has none.</summary>
internal readonly struct PartLines(FleetLines? lines)
{
    public int Pool(int i) => At(lines?.Pools, i);

    public int Group(int i) => At(lines?.Groups, i);

    public int Agent(int i) => At(lines?.Agents, i);

    public int Node(int i) => At(lines?.Nodes, i);

    public int Reservation(int i) => At(lines?.Reservations, i);

    public int Task(int i) => At(lines?.Tasks, i);

    private static int At(IReadOnlyList<int>? lines, int i) => lines is not null && i < lines.Count ? lines[i] : 0;
}

/// <summary>Tells names that come twice.</summary>
internal sealed class Seen(string what, FleetProblems problems)
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    public void Add(string name, int line)
    {
        if (name.Length == 0 || _lines.TryAdd(name, line)) return;
        var first = _lines[name] > 0 ? $", first in line {_lines[name]}" : "";
        problems.Add(line, $"{what} '{Quoting.Clip(name)}' is declared twice{first}; rename or remove one of them");
    }
}
