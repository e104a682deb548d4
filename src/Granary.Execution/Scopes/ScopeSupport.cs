using Granary.Execution.Outside;

namespace Granary.Execution.Scopes;

/// <summary>Whether systemd runs here and tasks can have scopes of their own.</summary>
/// <param name="Run">Absolute path of systemd-run.</param>
/// <param name="Control">Of systemctl.</param>
/// <param name="SetPrivileges">Of setpriv, by which a task of another user gives up root's rights within its scope; null where tasks run as the agent's user.</param>
/// <param name="OfUser">The scopes are those of the user's own systemd: the agent is not root.</param>
public sealed record ScopeSupport(string Run, string Control, string? SetPrivileges, bool OfUser)
{
    /// <summary>Exists where systemd is the system's first process. Source: sd_booted(3).</summary>
    public const string Booted = "/run/systemd/system";

    /// <summary>Null with a line of why not.</summary>
    /// <param name="otherUser">Tasks run as another user than the agent.</param>
    /// <param name="root">The agent runs as root.</param>
    /// <param name="booted">See <see cref="Booted"/>.</param>
    public static (ScopeSupport? Support, string WhyNot) Find(string searchPath, bool otherUser, bool root, string booted = Booted)
    {
        if (!Directory.Exists(booted)) return (null, $"systemd does not run here ({booted} is not there)");
        if (ToolRun.Find("systemd-run", searchPath) is not { } run) return (null, "systemd-run is not installed");
        if (ToolRun.Find("systemctl", searchPath) is not { } control) return (null, "systemctl is not installed");
        var privileges = ToolRun.Find("setpriv", searchPath);
        if (otherUser && privileges is null) return (null, "setpriv (util-linux) is not installed");
        return (new(run, control, otherUser ? privileges : null, !root), "");
    }
}
