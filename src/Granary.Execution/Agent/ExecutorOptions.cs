using Granary.Execution.Processes;
using Granary.Execution.Scopes;
using Granary.Model;

namespace Granary.Execution;

/// <summary>What a node carries out beside processes and handlers, and how far.</summary>
public sealed record ExecutorOptions
{
    /// <summary>Hosts that HTTP tasks may call; see <see cref="Http.HttpHosts"/>. Default <c>loopback</c>; <c>none</c> for no calls at all.</summary>
    public string HttpHosts { get; init; } = Http.HttpHosts.Default;

    /// <summary><c>auto</c>, <c>off</c>, <c>podman</c> or <c>docker</c>. Default auto: what answers.</summary>
    public string Containers { get; init; } = "auto";

    /// <summary>Directories of the node that containers may mount; see <see cref="Containers.ContainerMounts"/>. Default none.</summary>
    public string ContainerMounts { get; init; } = "";

    /// <summary>Offer systemd scopes where systemd runs. Default true.</summary>
    public bool Scopes { get; init; } = true;

    /// <summary>Where engines and systemd's programs are looked for; empty for the agent's PATH.</summary>
    public string SearchPath { get; init; } = "";

    /// <summary>Exists where systemd is the system's first process.</summary>
    public string SystemdDirectory { get; init; } = ScopeSupport.Booted;

    /// <summary>How often it is looked whether an engine has come or gone. Default 1 minute.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMinutes(1);

    internal string EffectiveSearchPath => SearchPath.Length > 0 ? SearchPath : Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } path ? path : LaunchEnvironment.DefaultPath;

    /// <exception cref="GranaryException">In one line what is wrong.</exception>
    public ExecutorOptions Validated()
    {
        _ = Http.HttpHosts.Parse(HttpHosts);
        _ = Execution.Containers.ContainerMounts.Parse(ContainerMounts);
        if (Containers is not ("" or "auto" or "off" or "podman" or "docker")) throw GranaryException.Invalid($"Node:Containers is '{Containers}'; use auto, off, podman or docker");
        if (LookEvery <= TimeSpan.Zero) throw GranaryException.Invalid("how often a node agent looks for container engines must be positive");
        return this;
    }
}
