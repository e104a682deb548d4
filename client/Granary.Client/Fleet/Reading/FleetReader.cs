using System.Globalization;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Client;

/// <summary>Turns the tree of a file into a fleet: keys, types and formats. What the values mean together is <see cref="FleetRules"/>.</summary>
internal static class FleetReader
{
    private static readonly Dictionary<string, PoolStrategy> Strategies = new(StringComparer.Ordinal)
    {
        ["fair"] = PoolStrategy.Fair,
        ["fifo"] = PoolStrategy.Fifo,
        ["priority"] = PoolStrategy.Priority,
        ["sla"] = PoolStrategy.Sla,
        ["cost"] = PoolStrategy.Cost,
        ["affinity"] = PoolStrategy.Affinity,
        ["ml_adaptive"] = PoolStrategy.MlAdaptive,
    };

    private static readonly Dictionary<string, PoolMode> Modes = new(StringComparer.Ordinal)
    {
        ["conservative"] = PoolMode.Conservative,
        ["balanced"] = PoolMode.Balanced,
        ["aggressive"] = PoolMode.Aggressive,
    };

    private static readonly Dictionary<string, PriorityClass> Classes = new(StringComparer.Ordinal)
    {
        ["low"] = PriorityClass.Low,
        ["normal"] = PriorityClass.Normal,
        ["high"] = PriorityClass.High,
        ["critical"] = PriorityClass.Critical,
    };

    public static string Word(PoolStrategy strategy) => Strategies.First(s => s.Value == strategy).Key;

    public static string Word(PoolMode mode) => Modes.First(m => m.Value == mode).Key;

    public static string Word(PriorityClass priority) => Classes.First(c => c.Value == priority).Key;

    public static FleetSpec Read(FleetNode root, FleetProblems problems)
    {
        if (root is not MapNode map)
        {
            problems.Add(root.Line, "a fleet file is a mapping with 'pools', 'groups', 'agents', 'nodes', 'reservations' and 'tasks'");
            return new FleetSpec();
        }
        var fields = new Fields(map, "a fleet file", problems);
        var (pools, poolLines) = Section(fields, "pools", "pool", Pool);
        var (groups, groupLines) = GroupReader.Read(fields);
        var (agents, agentLines) = Section(fields, "agents", "agent", Agent);
        var (nodes, nodeLines) = Section(fields, "nodes", "node", Node);
        var (reservations, reservationLines) = Section(fields, "reservations", "reservation", Reservation);
        var (tasks, taskLines) = Section(fields, "tasks", "task", TaskReader.Read);
        fields.Done();
        return new FleetSpec
        {
            Pools = pools,
            Groups = groups,
            Agents = agents,
            Nodes = nodes,
            Reservations = reservations,
            Tasks = tasks,
            Lines = new FleetLines(problems.File, poolLines, agentLines, nodeLines, reservationLines, taskLines, groupLines),
        }.Named();
    }

    private static (List<T> Parts, List<int> Lines) Section<T>(Fields fields, string key, string item, Func<Fields, T> read)
    {
        var (parts, lines) = (new List<T>(), new List<int>());
        foreach (var each in fields.Maps(key, item))
        {
            parts.Add(read(each));
            lines.Add(each.Line);
        }
        return (parts, lines);
    }

    private static PoolSpec Pool(Fields fields)
    {
        var template = fields.Word("template", null, PoolTemplates.Names.ToDictionary(n => n, PoolTemplates.Of, StringComparer.Ordinal));
        var pool = new PoolSpec
        {
            Name = fields.Required("name", "NAME"),
            Strategy = fields.Word("strategy", template?.Strategy ?? PoolStrategy.Fair, Strategies),
            Mode = fields.Word("mode", template?.Mode ?? PoolMode.Balanced, Modes),
            Cohort = fields.Text("cohort"),
            Policy = Sharded(LendingReader.Over(PolicyJson.Over(template?.Policy, PolicyReader.Read(fields)), fields), fields),
        };
        fields.Done();
        return pool;
    }

    /// <summary><c>shards: 4</c>, the short form of <c>policy: { shards: 4 }</c>.</summary>
    private static PoolPolicy? Sharded(PoolPolicy? policy, Fields fields) =>
        fields.Has("shards") ? (policy ?? new PoolPolicy()) with { Shards = fields.Int("shards", 1, 1, ShardNames.Most) } : policy;

    private static AgentSpec Agent(Fields fields)
    {
        var agent = new AgentSpec
        {
            Id = fields.Required("id", "NAME"),
            Weight = fields.Number("weight", 1),
            Class = fields.Word("class", PriorityClass.Normal, Classes),
            Group = fields.Text("group"),
            Guarantee = fields.Resources("guarantee"),
            Limit = fields.Resources("limit"),
            Terms = RateReader.Read(fields),
            Labels = fields.Words("labels"),
        };
        fields.Done();
        return agent;
    }

    private static NodeSpec Node(Fields fields)
    {
        var node = new NodeSpec
        {
            Name = fields.Required("name", "NAME"),
            Pool = fields.Text("pool", TaskId.DefaultPool),
            Capacity = fields.Resources("capacity"),
            Labels = fields.Words("labels"),
            Simulated = fields.Bool("simulated"),
            Traits = PlacementReader.Traits(fields),
        };
        fields.Done();
        return node;
    }

    private static FleetReservation Reservation(Fields fields)
    {
        var (from, at) = Beginning(fields);
        var reservation = new FleetReservation
        {
            Pool = fields.Text("pool", TaskId.DefaultPool),
            Agent = fields.Required("agent", "NAME"),
            Resources = fields.Resources("resources"),
            From = from,
            At = at,
            For = fields.Duration("for") ?? TimeSpan.Zero,
            Every = Every(fields),
            Until = Until(fields),
            Count = fields.Int("count", 0, 1, ReservationSpec.MaxWindows),
        };
        fields.Done();
        return reservation;
    }

    private static (TimeSpan From, DateTimeOffset? At) Beginning(Fields fields)
    {
        const string Right = "'+10m' (from when it is applied) or a time like 2030-01-31T08:00:00Z";
        switch (fields.Take("from"))
        {
            case null:
                return (TimeSpan.Zero, null);
            case ScalarNode { Text: ['+', ..] } relative when Durations.TryParse(relative.Text[1..], out var duration, out _):
                return (duration, null);
            case ScalarNode { IsNull: false } absolute when Time(absolute.Text, out var at):
                return (TimeSpan.Zero, at);
            case var wrong:
                fields.Wrong(wrong, "from", Right);
                return (TimeSpan.Zero, null);
        }
    }

    private static TimeSpan? Every(Fields fields)
    {
        switch (fields.Take("every"))
        {
            case null:
                return null;
            case ScalarNode { IsNull: false } every when Moments.TryParseEvery(every.Text, out var span, out _):
                return span;
            case var wrong:
                fields.Wrong(wrong, "every", "a duration like 24h, or hour, day or week");
                return null;
        }
    }

    private static DateTimeOffset? Until(Fields fields)
    {
        switch (fields.Take("until"))
        {
            case null:
                return null;
            case ScalarNode { IsNull: false } until when Moments.TryParse(until.Text, out _, out var at) && at is not null:
                return at;
            case var wrong:
                fields.Wrong(wrong, "until", "a time like 2030-01-31T08:00:00Z");
                return null;
        }
    }

    private static bool Time(string text, out DateTimeOffset at) => DateTimeOffset.TryParseExact(text,
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mmK"],
        CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);
}
