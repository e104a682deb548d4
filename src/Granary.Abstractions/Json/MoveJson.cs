namespace Granary.Abstractions.Json;

/// <summary>A migration that has begun.</summary>
/// <param name="Task"><c>pool/number</c>.</param>
/// <param name="From">Where it ran.</param>
/// <param name="To">Where room is set aside for it.</param>
/// <param name="LostWorkS">Seconds of run time since its last checkpoint, or since its start.</param>
public sealed record MigrationJson(string Task, string From, string To, double LostWorkS)
{
    public static MigrationJson Of(MigrateReply reply) => new(reply.Task.ToString(), reply.From, reply.To, reply.LostWorkSeconds);
}

/// <summary>A rebalancing plan: what would be moved, or is being moved, and what it brings.</summary>
/// <param name="Plan">What for.</param>
/// <param name="Applied">The moves have begun.</param>
/// <param name="Moves">In the order in which they are made.</param>
/// <param name="Nodes">Utilisation before and after, 0 to 1: the largest part of any resource that leases hold.</param>
/// <param name="SpreadBefore">Highest less lowest utilisation among like nodes, the widest group.</param>
/// <param name="DeviationBefore">Standard deviation of utilisation among like nodes, the widest group.</param>
/// <param name="Freed">Nodes that will hold nothing and could be switched off.</param>
/// <param name="LostWorkS">Seconds of run time that all moves together repeat.</param>
public sealed record RebalanceJson(string Pool, RebalanceKind Plan, bool Applied, IReadOnlyList<MoveJson> Moves, IReadOnlyList<NodeBalanceJson> Nodes,
    double SpreadBefore, double SpreadAfter, double DeviationBefore, double DeviationAfter, IReadOnlyList<string> Freed, double LostWorkS)
{
    public static RebalanceJson From(RebalancePlan plan) => new(plan.Pool, plan.Kind, plan.Applied,
        [.. plan.Moves.Select(m => new MoveJson(m.Task.ToString(), m.Agent, TaskJson.Absent(m.Name), m.From, m.To, m.Why, m.LostWorkSeconds))],
        [.. plan.Nodes.Select(n => new NodeBalanceJson(n.Node, n.Kind, n.Before, n.After))],
        plan.SpreadBefore, plan.SpreadAfter, plan.DeviationBefore, plan.DeviationAfter, plan.Freed, plan.Moves.Sum(m => m.LostWorkSeconds));
}

/// <summary>One move of a plan.</summary>
public sealed record MoveJson(string Task, string Agent, string? Name, string From, string To, string Why, double LostWorkS);

/// <summary>One node of a plan. Nodes of one kind are alike.</summary>
public sealed record NodeBalanceJson(string Node, string Kind, double Before, double After);
