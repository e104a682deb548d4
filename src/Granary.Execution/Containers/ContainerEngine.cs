using Granary.Execution.Outside;

namespace Granary.Execution.Containers;

/// <summary>A container engine that answers.</summary>
/// <param name="Name"><c>podman</c> or <c>docker</c>.</param>
/// <param name="Program">Absolute path of its command.</param>
public sealed record ContainerEngine(string Name, string Program, string Version)
{
    public const string Podman = "podman";
    public const string Docker = "docker";

    /// <summary>A daemon that hangs must not hold up an agent's start.</summary>
    public static TimeSpan AnswerWithin { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The engines of this machine that answer, podman first, and what is wrong with those that do not.</summary>
    /// <param name="setting"><c>Node:Containers</c>: auto, off, podman or docker.</param>
    /// <param name="searchPath">Where to look for their commands.</param>
    public static async Task<(IReadOnlyList<ContainerEngine> Engines, IReadOnlyList<string> Problems)> Find(string setting, string searchPath, CancellationToken cancel = default)
    {
        var wanted = setting switch
        {
            "" or "auto" => (string[])[Podman, Docker],
            Podman or Docker => [setting],
            _ => [],
        };
        var found = await Task.WhenAll(wanted.Select(name => Ask(name, searchPath, cancel)));
        return ([.. found.Select(f => f.Engine).OfType<ContainerEngine>()], [.. found.Select(f => f.Problem).Where(p => p.Length > 0)]);
    }

    private static async Task<(ContainerEngine? Engine, string Problem)> Ask(string name, string searchPath, CancellationToken cancel)
    {
        if (ToolRun.Find(name, searchPath) is not { } program) return (null, $"{name} is not installed");
        // docker's client is of no use without its daemon; podman has none, and says here whether it can keep containers at all
        string[] question = name == Docker ? ["version", "--format", "{{.Server.Version}}"] : ["info", "--format", "{{.Version.Version}}"];
        var answer = await ToolRun.Ask(program, question, AnswerWithin, cancel);
        var version = answer.Output.Trim();
        return answer.IsGood && version.Length > 0
            ? (new(name, program, version.Split('\n')[^1]), "")
            : (null, $"{program} does not answer: {answer.Complaint}");
    }
}
