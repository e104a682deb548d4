namespace Granary.Abstractions;

/// <summary>Roles as people and JSON write them.</summary>
public static class RoleWords
{
    public static string Of(Role role) => role switch
    {
        Role.Admin => "admin",
        Role.Operator => "operator",
        Role.AgentOwner => "agent-owner",
        Role.ReadOnly => "read-only",
        Role.Node => "node",
        _ => "none",
    };

    /// <summary>Null for a word that is no role.</summary>
    public static Role? Parse(string word) => word.ToLowerInvariant() switch
    {
        "admin" => Role.Admin,
        "operator" => Role.Operator,
        "agent-owner" => Role.AgentOwner,
        "read-only" => Role.ReadOnly,
        "node" => Role.Node,
        _ => null,
    };
}
