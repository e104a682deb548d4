using Granary.Abstractions;

namespace Granary.Access.Rules;

/// <summary>Several roles. Admin need not be named: it may do everything.</summary>
[Flags]
public enum Roles
{
    /// <summary>Admin alone: what only grains and servers say to each other.</summary>
    None = 0,
    Operator = 1,
    Owner = 2,
    ReadOnly = 4,
    Node = 8,

    /// <summary>Who sees everything.</summary>
    Readers = Operator | ReadOnly,

    /// <summary>Who looks after tasks.</summary>
    Tenders = Operator | Owner,

    /// <summary>Who sees tasks.</summary>
    Watchers = Operator | ReadOnly | Owner,

    Everybody = Operator | Owner | ReadOnly | Node,
}

/// <summary>Roles in sets.</summary>
public static class RoleSets
{
    public static bool Has(this Roles roles, Role role) => role == Role.Admin || (role switch
    {
        Role.Operator => roles & Roles.Operator,
        Role.AgentOwner => roles & Roles.Owner,
        Role.ReadOnly => roles & Roles.ReadOnly,
        Role.Node => roles & Roles.Node,
        _ => Roles.None,
    }) != 0;

    /// <summary>For messages: <c>admin, operator</c>.</summary>
    public static string Words(this Roles roles) =>
        string.Join(", ", Enum.GetValues<Role>().Where(r => r != Role.None && roles.Has(r)).Select(RoleWords.Of));
}
