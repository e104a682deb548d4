using System.Collections.Frozen;

namespace Granary.Access.Rules;

/// <summary>
/// The one table of REST routes and who may use them. What is not in it is admin's alone. Below a route an agent-owner's calls pass the grain table too, which
/// keeps them to its agents.
/// </summary>
public static class RestRules
{
    private static readonly FrozenDictionary<string, Roles> Table = new Dictionary<string, Roles>(StringComparer.Ordinal)
    {
        ["GET /"] = Roles.Readers,
        ["GET /openapi/v1.json"] = Roles.Everybody,
        ["GET /metrics"] = Roles.Readers,
        ["GET /api/metrics"] = Roles.Readers,
        ["GET /api/events"] = Roles.Watchers,

        ["POST /api/tasks"] = Roles.Tenders,
        ["GET /api/tasks"] = Roles.Watchers,
        ["GET /api/tasks/{id}"] = Roles.Watchers,
        ["GET /api/tasks/{pool}/{number}"] = Roles.Watchers,
        ["DELETE /api/tasks/{id}"] = Roles.Tenders,
        ["DELETE /api/tasks/{pool}/{number}"] = Roles.Tenders,
        ["GET /api/tasks/{id}/explain"] = Roles.Watchers,
        ["GET /api/tasks/{pool}/{number}/explain"] = Roles.Watchers,
        ["GET /api/tasks/{id}/logs"] = Roles.Watchers,
        ["GET /api/tasks/{pool}/{number}/logs"] = Roles.Watchers,
        ["GET /api/inbox"] = Roles.Watchers,
        ["POST /api/tasks/{id}/complete"] = Roles.Tenders,
        ["POST /api/tasks/{pool}/{number}/complete"] = Roles.Tenders,
        ["POST /api/tasks/{id}/claim"] = Roles.Tenders,
        ["POST /api/tasks/{pool}/{number}/claim"] = Roles.Tenders,
        ["DELETE /api/tasks/{id}/claim"] = Roles.Tenders,
        ["DELETE /api/tasks/{pool}/{number}/claim"] = Roles.Tenders,
        ["POST /api/tasks/{id}/migrate"] = Roles.Operator,
        ["POST /api/tasks/{pool}/{number}/migrate"] = Roles.Operator,
        ["POST /api/whatif/submit"] = Roles.Watchers,
        ["POST /api/whatif/node-loss"] = Roles.Readers,

        ["GET /api/pools"] = Roles.Watchers,
        ["GET /api/pools/{name}"] = Roles.Watchers,
        ["PUT /api/pools/{name}"] = Roles.Operator,
        ["GET /api/pools/{name}/metrics"] = Roles.Readers,
        ["GET /api/pools/{name}/capacity"] = Roles.Watchers,
        ["GET /api/pools/{name}/run-times"] = Roles.Watchers,
        ["GET /api/pools/{name}/plan"] = Roles.Readers,
        ["GET /api/pools/{name}/telemetry"] = Roles.Watchers,
        ["POST /api/pools/{name}/rebalance"] = Roles.Operator,
        ["GET /api/agents"] = Roles.Watchers,
        ["GET /api/agents/{id}"] = Roles.Watchers,
        ["PUT /api/agents/{id}"] = Roles.Operator,
        ["GET /api/groups"] = Roles.Readers,
        ["GET /api/groups/{**path}"] = Roles.Readers,
        ["PUT /api/groups/{**path}"] = Roles.Operator,
        ["GET /api/quota"] = Roles.Watchers,
        ["GET /api/nodes"] = Roles.Watchers,
        ["GET /api/nodes/{name}"] = Roles.Watchers,
        ["GET /api/nodes/{name}/metrics"] = Roles.Watchers,
        ["GET /api/nodes/{name}/telemetry"] = Roles.Watchers,
        ["GET /api/nodes/{name}/forecast"] = Roles.Watchers,
        ["GET /api/nodes/{name}/forecasts"] = Roles.Watchers,
        ["GET /api/nodes/{name}/anomalies"] = Roles.Watchers,
        ["GET /api/nodes/{name}/capacity"] = Roles.Watchers,
        ["PUT /api/nodes/{name}"] = Roles.Operator,

        ["POST /api/optimize"] = Roles.Readers,
        ["GET /api/optimize/applied"] = Roles.Readers,
        ["POST /api/optimize/applied"] = Roles.Operator,
        ["DELETE /api/optimize/applied"] = Roles.Operator,

        ["GET /api/alerts"] = Roles.Readers,
        ["GET /api/alerts/rules"] = Roles.Readers,
        ["GET /api/alerts/advice"] = Roles.Readers,
        ["POST /api/alerts/{id}/acknowledge"] = Roles.Operator,
        ["GET /api/silences"] = Roles.Readers,
        ["POST /api/silences"] = Roles.Operator,
        ["DELETE /api/silences/{id}"] = Roles.Operator,
        ["GET /api/energy"] = Roles.Readers,
        ["GET /api/energy/plan"] = Roles.Readers,
        ["POST /api/energy/plan"] = Roles.Operator,
        ["DELETE /api/energy/plan"] = Roles.Operator,

        ["GET /api/services"] = Roles.Watchers,
        ["GET /api/services/{name}"] = Roles.Watchers,
        ["PUT /api/services/{name}"] = Roles.Tenders,
        ["DELETE /api/services/{name}"] = Roles.Tenders,
        ["PUT /api/services/{name}/backends/{backend}"] = Roles.Tenders,
        ["DELETE /api/services/{name}/backends/{backend}"] = Roles.Tenders,

        ["GET /api/reservations"] = Roles.Watchers,
        ["POST /api/reservations"] = Roles.Operator,
        ["GET /api/reservations/{id}"] = Roles.Watchers,
        ["GET /api/reservations/{pool}/{number}"] = Roles.Watchers,
        ["DELETE /api/reservations/{id}"] = Roles.Operator,
        ["DELETE /api/reservations/{pool}/{number}"] = Roles.Operator,
        ["POST /resources/profile"] = Roles.Tenders,
        ["POST /resources/allocate"] = Roles.Operator,

        ["POST /resources/distributed"] = Roles.Tenders,
        ["GET /api/work"] = Roles.Watchers,
        ["GET /api/work/{id}"] = Roles.Watchers,
        ["GET /api/work/{id}/partitions"] = Roles.Watchers,
        ["DELETE /api/work/{id}"] = Roles.Tenders,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Routes that anybody may use, with and without a token.</summary>
    public static IReadOnlyList<string> Open { get; } = ["GET /health/live", "GET /health/ready"];

    /// <summary>Where requests go on to services of agents, whatever their method: what a GET does there only the service knows. An agent-owner comes to services of its agents and to shared ones.</summary>
    public const string Services = "/services/{name}/{**path}";

    /// <summary>For tests: everything that is in it.</summary>
    public static IReadOnlyCollection<string> Entries => Table.Keys;

    /// <summary>Who may use a route beside admin.</summary>
    public static Roles For(string method, string template) =>
        template == Services ? Roles.Tenders : Table.GetValueOrDefault($"{method} {template}");
}
