using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Client;

/// <summary>A fleet as the tree of its file; what has its default value is left out.</summary>
internal static class FleetTree
{
    public static MapNode Of(FleetSpec fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return new Map()
            .List("pools", fleet.Pools, Pool)
            .List("groups", fleet.Groups, Group)
            .List("agents", fleet.Agents, Agent)
            .List("nodes", fleet.Nodes, Node)
            .List("reservations", fleet.Reservations, Reservation)
            .List("tasks", fleet.Tasks, Task)
            .Node;
    }

    private static MapNode Pool(PoolSpec pool) => new Map()
        .Text("name", pool.Name)
        .Text("strategy", FleetReader.Word(pool.Strategy))
        .Text("mode", FleetReader.Word(pool.Mode))
        .TextIf("cohort", pool.Cohort)
        .TextIf("template", pool.Policy?.Template ?? "")
        .AddIf("policy", pool.Policy is { } policy ? Policy(policy) : null)
        .Node;

    private static MapNode? Policy(PoolPolicy policy)
    {
        var tree = PolicyJson.Tree(policy);
        tree.Remove(PolicyJson.Template);
        return tree.Count == 0 ? null : (MapNode)Of(tree);
    }

    private static FleetNode Of(JsonNode? json) => json switch
    {
        JsonObject map => new MapNode(0, [.. map.Select(e => new MapEntry(e.Key, 0, Of(e.Value)))]),
        JsonArray list => new ListNode(0, [.. list.Select(Of)]),
        null => new ScalarNode(0, "null", Plain: true),
        _ => new ScalarNode(0, json.GetValueKind() == JsonValueKind.String ? json.GetValue<string>() : json.ToJsonString(), json.GetValueKind() != JsonValueKind.String),
    };

    private static MapNode Group(GroupSpec group) => new Map()
        .Text("path", group.Path)
        .PlainIf("weight", group.Weight != 0, group.Weight.ToString("R", CultureInfo.InvariantCulture))
        .Resources("guarantee", group.Guarantee)
        .Resources("limit", group.Limit)
        .Node;

    private static MapNode Agent(AgentSpec agent) => new Map()
        .Text("id", agent.Id)
        .Plain("weight", agent.Weight.ToString("R", CultureInfo.InvariantCulture))
        .Text("class", FleetReader.Word(agent.Class))
        .TextIf("group", agent.Group)
        .Resources("guarantee", agent.Guarantee)
        .Resources("limit", agent.Limit)
        .TextIf("rate", agent.Terms?.Rate?.RateText() ?? "")
        .PlainIf("burst", agent.Terms?.Rate is not null, Number(agent.Terms?.Rate?.Burst ?? 0))
        .Words("labels", agent.Labels)
        .Node;

    private static MapNode Node(NodeSpec node) => new Map()
        .Text("name", node.Name)
        .Text("pool", node.Pool)
        .Resources("capacity", node.Capacity)
        .Words("labels", node.Labels)
        .PlainIf("simulated", node.Simulated, "true")
        .Traits(node.Traits)
        .Node;

    private static MapNode Reservation(FleetReservation reservation) => new Map()
        .Text("pool", reservation.Pool)
        .Text("agent", reservation.Agent)
        .Resources("resources", reservation.Resources)
        .Text("from", reservation.At is { } at
            ? at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)
            : $"+{Durations.Format(reservation.From)}")
        .Text("for", Durations.Format(reservation.For))
        .Duration("every", reservation.Every)
        .TextIf("until", reservation.Until is { } until ? until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture) : "")
        .PlainIf("count", reservation.Count != 0, Number(reservation.Count))
        .Node;

    private static MapNode Task(FleetTask task)
    {
        var (spec, defaults) = (task.Spec, new TaskSpec { Agent = "" });
        var map = new Map()
            .TextIf("name", spec.Name)
            .Text("agent", spec.Agent)
            .Text("pool", task.Pool);
        if (spec.Command.Count > 0) map.Texts("command", spec.Command);
        return map
            .TextIf("handler", spec.Handler)
            .PlainIf("shell", spec.Shell, "true")
            .TextIf("workdir", spec.WorkingDirectory)
            .Words("env", spec.Environment)
            .Resources("resources", spec.Resources)
            .PlainIf("count", task.Count != 1, Number(task.Count))
            .PlainIf("priority", spec.Priority != 0, Number(spec.Priority))
            .Duration("deadline", spec.Deadline)
            .Duration("duration", spec.Duration)
            .Duration("time_limit", spec.TimeLimit)
            .PlainIf("retries", spec.Retries != 0, Number(spec.Retries))
            .Duration("backoff", spec.RetryBackoff == defaults.RetryBackoff ? null : spec.RetryBackoff)
            .Words("labels", spec.Labels)
            .TextIf("on_loss", spec.OnLoss == LossPolicy.Report ? "report" : "")
            .Duration("kill_grace", spec.KillGrace == defaults.KillGrace ? null : spec.KillGrace)
            .PlainIf("output_limit", spec.OutputLimitBytes != defaults.OutputLimitBytes, Number(spec.OutputLimitBytes))
            .PlainIf("may_fail", spec.MayFail, "true")
            .PlainIf("gang", spec.Terms is { Gang: true }, "true")
            .PlainIf("whole_cores", spec.Terms is { WholeCores: true }, "true")
            .PlainIf("never_preempted", spec.Terms is { NeverPreempted: true }, "true")
            .Duration("checkpoint_every", spec.Terms?.CheckpointEvery)
            .TextIf("class", spec.Terms?.Class ?? "")
            .Placement(spec.Terms?.Placement)
            .Isolation(spec.Terms?.Isolation)
            .Action(spec.Terms?.Action)
            .Texts("after", task.After)
            .Node;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed class Map
    {
        private readonly List<MapEntry> _entries = [];

        public MapNode Node => new(0, _entries);

        public Map Add(string key, FleetNode value)
        {
            _entries.Add(new MapEntry(key, 0, value));
            return this;
        }

        public Map AddIf(string key, FleetNode? value) => value is null ? this : Add(key, value);

        public Map Text(string key, string text) => Add(key, new ScalarNode(0, text, Plain: false));

        public Map TextIf(string key, string text) => text.Length == 0 ? this : Text(key, text);

        public Map Plain(string key, string text) => Add(key, new ScalarNode(0, text, Plain: true));

        public Map PlainIf(string key, bool wanted, string text) => wanted ? Plain(key, text) : this;

        public Map Duration(string key, TimeSpan? duration) => duration is { } d ? Text(key, Durations.Format(d)) : this;

        public Map Texts(string key, IReadOnlyList<string> texts) => texts.Count == 0
            ? this
            : Add(key, new ListNode(0, [.. texts.Select(t => new ScalarNode(0, t, Plain: false))]));

        public Map Words(string key, IReadOnlyDictionary<string, string>? words)
        {
            if (words is null || words.Count == 0) return this;
            var map = new Map();
            foreach (var (name, value) in words.OrderBy(w => w.Key, StringComparer.Ordinal)) map.Text(name, value);
            return Add(key, map.Node);
        }

        public Map Resources(string key, ResourceSet set)
        {
            if (set.IsZero) return this;
            var (map, custom) = (new Map(), new Map());
            foreach (var (name, amount) in set.Named())
                (ResourceNames.IsBuiltIn(name) ? map : custom).Text(name, Quantity.Format(name, amount));
            if (custom._entries.Count > 0) map.Add("custom", custom.Node);
            return Add(key, map.Node);
        }

        public Map Placement(PlacementTerms? terms)
        {
            if (terms is null) return this;
            var data = new Map();
            foreach (var (place, amount) in (terms.Data ?? new Dictionary<string, long>()).OrderBy(d => d.Key, StringComparer.Ordinal)) data.Text(place, Quantity.Format(ResourceNames.Memory, amount));
            var map = new Map().Words("require", terms.Require)
                .Texts("prefer", [.. (terms.Prefer ?? []).Select(PlacementWords.Format)])
                .Texts("near", [.. (terms.Near ?? []).Select(PlacementWords.Format)])
                .Texts("apart", [.. (terms.Apart ?? []).Select(PlacementWords.Format)])
                .TextIf("spread_over", terms.SpreadOver);
            if (data._entries.Count > 0) map.Add("data", data.Node);
            return Add("placement", map.PlainIf("max_cost", terms.MaxCost is not null, Real(terms.MaxCost ?? 0)).Node);
        }

        public Map Isolation(TaskIsolation? isolation)
        {
            if (isolation is null) return this;
            var (map, limits) = (new Map(), new Map());
            foreach (var (key, value) in IsolationWords.Format(isolation))
            {
                if (key.StartsWith(IsolationWords.LimitPrefix, StringComparison.Ordinal)) limits.Text(key[IsolationWords.LimitPrefix.Length..], value);
                else map.Text(key, value);
            }
            if (limits._entries.Count > 0) map.Add("limits", limits.Node);
            return Add("isolation", map.Node);
        }

        public Map Action(TaskAction? action)
        {
            if (action is null) return this;
            if (action.Http is { } http)
                Add("http", new Map().Text("method", http.Method).Text("url", http.Url).Words("headers", http.Headers).TextIf("body", http.Body)
                    .Texts("expect", http.Expect ?? []).PlainIf("redirects", http.Redirects != 0, Number(http.Redirects)).Node);
            if (action.Container is { } container)
                Add("container", new Map().Text("image", container.Image).TextIf("engine", container.Engine).Texts("mounts", container.Mounts ?? [])
                    .TextIf("network", container.Network).PlainIf("read_only", container.ReadOnly, "true").Node);
            if (action.Manual is { } manual)
                Add("manual", new Map().Text("instructions", manual.Instructions).TextIf("assignee", manual.Assignee).TextIf("role", manual.Role).Words("form", manual.Form).Node);
            return TextIf("executor", action.Scope ? Executors.Word(ExecutorKind.Scope) : "").TextIf("payload", action.Payload);
        }

        public Map Traits(NodeTraits? traits) => traits is null ? this : TextIf("class", traits.Class)
            .PlainIf("cost_per_hour", traits.CostPerHour != 0, Real(traits.CostPerHour))
            .PlainIf("idle_watts", traits.IdleWatts != 0, Real(traits.IdleWatts))
            .PlainIf("busy_watts", traits.BusyWatts != 0, Real(traits.BusyWatts))
            .PlainIf("numa_nodes", traits.NumaNodes != 0, Number(traits.NumaNodes))
            .PlainIf("speed", traits.Speed != 0, Real(traits.Speed))
            .TextIf("declared", traits.Declared ?? "");

        private static string Real(double value) => value.ToString("R", CultureInfo.InvariantCulture);

        public Map List<T>(string key, IReadOnlyList<T> parts, Func<T, MapNode> of) =>
            parts.Count == 0 ? this : Add(key, new ListNode(0, [.. parts.Select(of)]));
    }
}
