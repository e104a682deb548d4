using System.Globalization;
using Granary.Execution.Posix;
using Granary.Model;

namespace Granary.Execution;

/// <summary>
/// As whom tasks run where that is not the agent's own user. Only root can become somebody else. All share the account, and each task has a
/// group of its own where the system has numbers to spare: the kernel then keeps it from the files, memory and environment of the others.
/// </summary>
/// <param name="Name">For people; the number where the account has no name.</param>
/// <param name="GroupId">The account's group; a task has it beside its own.</param>
/// <param name="Home">Of the account; empty where it has none on this machine.</param>
public sealed record TaskUser(string Name, uint UserId, uint GroupId, string Home)
{
    /// <summary>Groups of tasks have numbers from here on, 2^28 of them: far above those that people give.</summary>
    private const uint FirstTaskGroup = 0x5000_0000;

    /// <summary>Whether tasks have groups of their own. A user namespace that maps only some numbers has none for them.</summary>
    public bool OwnGroups { get; init; }

    /// <summary>Under which numbers a task runs; the same for all its attempts.</summary>
    internal LaunchUser For(TaskId task)
    {
        if (!OwnGroups) return new(UserId, GroupId, GroupId);
        var hash = 2166136261u; // FNV-1a
        foreach (var c in task.Pool) hash = (hash ^ c) * 16777619;
        for (var rest = task.Number; rest != 0; rest >>= 8) hash = (hash ^ (uint)(rest & 0xff)) * 16777619;
        return new(UserId, FirstTaskGroup + ((hash ^ (hash >> 28)) & 0x0fff_ffff), GroupId);
    }

    /// <summary>The account that tasks of root get without a setting, where it exists; else <see cref="Nobody"/>.</summary>
    public const string OwnAccount = "granary";

    public const string Nobody = "nobody";

    /// <summary>The number that stands for nobody in a system without an account list.</summary>
    private const uint NobodyId = 65534;

    /// <summary>Whom the setting <c>Node:RunAs</c> means for a process that runs as root, or not.</summary>
    /// <param name="setting">Empty, a name, a number, or <c>USER:GROUP</c>; <c>root</c> is meant only where it is said.</param>
    /// <param name="root">Whether this process may become somebody else.</param>
    /// <param name="own">Name and number of this process's user.</param>
    /// <param name="find">Looks an account up by name or number.</param>
    /// <returns>Null: tasks run as this process's own user.</returns>
    /// <exception cref="GranaryException">In one line what is wrong.</exception>
    public static TaskUser? Choose(string setting, bool root, Account own, Func<string, Account?> find)
    {
        setting = setting.Trim();
        if (setting.Length == 0)
        {
            if (!root) return null;
            var account = find(OwnAccount) is { UserId: not 0 } dedicated ? dedicated : find(Nobody) ?? new Account(Nobody, NobodyId, NobodyId, "");
            return Of(account);
        }
        var (user, group) = setting.Split(':', 2) is [var u, var g] ? (u, g) : (setting, "");
        var found = find(user) ?? (Number(user) is { } id ? new Account(user, id, id, "") : null)
            ?? throw GranaryException.Invalid($"Node:RunAs: there is no user '{user}' on this machine; name one of /etc/passwd, or 'root'");
        if (group.Length > 0)
            found = found with { GroupId = Number(group) ?? throw GranaryException.Invalid($"Node:RunAs: '{group}' is not the number of a group; USER or USER:NUMBER is right") };
        if (found.UserId == own.UserId) return null;
        if (!root) throw GranaryException.Invalid($"Node:RunAs: only root can run tasks as {found.Name}, and this process runs as {own.Name}; leave the setting out, or start it as root");
        return Of(found);
    }

    /// <summary>The same for this process and this machine.</summary>
    /// <exception cref="GranaryException">In one line what is wrong.</exception>
    public static TaskUser? Choose(string setting) => Choose(setting, Sys.EffectiveUser == 0, Self(), Accounts.Find);

    /// <summary>What to tell people: the name of whom tasks run as.</summary>
    public static string NameOf(TaskUser? user) => user?.Name ?? Self().Name;

    private static Account Self() =>
        Accounts.Find(Sys.EffectiveUser.ToString(CultureInfo.InvariantCulture)) ?? new(Sys.EffectiveUser.ToString(CultureInfo.InvariantCulture), Sys.EffectiveUser, 0, "");

    private static TaskUser Of(Account account) => new(account.Name, account.UserId, account.GroupId, account.Home) { OwnGroups = AllGroups() };

    private static bool AllGroups()
    {
        try
        {
            return File.ReadAllText("/proc/self/gid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", _, "4294967295"];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != uint.MaxValue ? number : null;
}

/// <summary>The numbers that one task runs under.</summary>
/// <param name="AccountGroup">Its only further group.</param>
public readonly record struct LaunchUser(uint User, uint Group, uint AccountGroup);

/// <summary>A line of the list of accounts.</summary>
public sealed record Account(string Name, uint UserId, uint GroupId, string Home);
