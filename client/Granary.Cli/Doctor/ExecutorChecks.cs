using Granary.Execution.Containers;
using Granary.Execution.Scopes;

namespace Granary.Cli.Doctor;

/// <summary>What a node on this machine would carry out beside processes, and how to get the rest.</summary>
internal static class ExecutorChecks
{
    public static async Task<IReadOnlyList<Finding>> All(Func<string, string?> environment, bool root, string booted = ScopeSupport.Booted, CancellationToken cancel = default)
    {
        var path = environment("PATH") ?? "";
        var (engines, problems) = await ContainerEngine.Find("auto", path, cancel);
        return [Containers(engines, problems), Scopes(ScopeSupport.Find(path, otherUser: root, root, booted))];
    }

    internal static Finding Containers(IReadOnlyList<ContainerEngine> engines, IReadOnlyList<string> problems) => engines.Count > 0
        ? new("containers", Verdict.Ok, string.Join(", ", engines.Select(e => $"{e.Name} {e.Version}")))
        : new("containers", Verdict.Limited, string.Join("; ", problems), problems.Any(p => p.Contains("docker does not answer", StringComparison.Ordinal))
            ? "start docker's daemon ('systemctl start docker'), or 'apt-get install podman', which needs none"
            : "'apt-get install podman', or docker with its daemon");

    internal static Finding Scopes((ScopeSupport? Support, string WhyNot) found) => found.Support is { } support
        ? new("scopes", Verdict.Ok, support.OfUser ? $"{support.Run}, of the user's own systemd" : support.Run)
        : new("scopes", Verdict.Limited, found.WhyNot, found.WhyNot.StartsWith("systemd does not run", StringComparison.Ordinal)
            ? "only a machine whose first process is systemd has scopes; tasks without one run everywhere" : "install what is missing");
}
