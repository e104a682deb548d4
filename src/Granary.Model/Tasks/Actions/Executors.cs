using Orleans;

namespace Granary.Model;

/// <summary>What carries a task out.</summary>
[GenerateSerializer]
public enum ExecutorKind
{
    /// <summary>A process of its own.</summary>
    Process,
    /// <summary>A handler within the node agent.</summary>
    Handler,
    /// <summary>An HTTP call.</summary>
    Http,
    /// <summary>A process in a container, by podman or docker.</summary>
    Container,
    /// <summary>A process in a systemd scope of its own.</summary>
    Scope,
    /// <summary>A person.</summary>
    Manual,
}

/// <summary>Which executor a task means, and by which label of a node it is known that it has it.</summary>
public static class Executors
{
    /// <summary>Labels of nodes that say what they carry out begin with one of these; only agents give them.</summary>
    public const string Prefix = "executor.";

    public const string HandlerPrefix = "handler.";

    /// <summary>Every node has these handlers.</summary>
    public static IReadOnlyList<string> OwnHandlers { get; } = ["noop", "sleep"];

    public static ExecutorKind Of(TaskSpec spec)
    {
        if (spec.Terms?.Action is not { } action) return spec.Handler.Length > 0 ? ExecutorKind.Handler : ExecutorKind.Process;
        return action.Http is not null ? ExecutorKind.Http
            : action.Container is not null ? ExecutorKind.Container
            : action.Manual is not null ? ExecutorKind.Manual
            : action.Scope ? ExecutorKind.Scope
            : spec.Handler.Length > 0 ? ExecutorKind.Handler : ExecutorKind.Process;
    }

    public static string Word(ExecutorKind kind) => kind switch
    {
        ExecutorKind.Process => "process",
        ExecutorKind.Handler => "handler",
        ExecutorKind.Http => "http",
        ExecutorKind.Container => "container",
        ExecutorKind.Scope => "scope",
        _ => "manual",
    };

    /// <summary>In the order of <see cref="ExecutorKind"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetValues<ExecutorKind>().Select(Word)];

    /// <summary>Null for a word that is none.</summary>
    public static ExecutorKind? Parse(string word) => Enum.GetValues<ExecutorKind>().Cast<ExecutorKind?>().FirstOrDefault(k => Word(k!.Value) == word);

    /// <summary>A task that asks for no processor unless it says so: somebody or something else works.</summary>
    public static bool IsIdle(ExecutorKind kind) => kind is ExecutorKind.Handler or ExecutorKind.Http or ExecutorKind.Manual;

    /// <summary>The label that a node has when it can carry the task out; null where every node can.</summary>
    public static string? LabelFor(TaskSpec spec) => Of(spec) switch
    {
        ExecutorKind.Process => null,
        ExecutorKind.Handler => OwnHandlers.Contains(spec.Handler) ? null : HandlerPrefix + spec.Handler,
        ExecutorKind.Container when spec.Terms!.Action!.Container!.Engine is { Length: > 0 } engine => Prefix + engine,
        var kind => Prefix + Word(kind),
    };

    public static bool IsOffer(string label) => label.StartsWith(Prefix, StringComparison.Ordinal) || label.StartsWith(HandlerPrefix, StringComparison.Ordinal);

    /// <summary>What a node carries out beside processes and its own handlers, for people: <c>container http manual</c>.</summary>
    public static IEnumerable<string> OffersOf(NodeSpec node) => (node.Labels ?? new Dictionary<string, string>()).Keys.Where(IsOffer)
        .Select(l => l.StartsWith(Prefix, StringComparison.Ordinal) ? l[Prefix.Length..] : l.Replace(HandlerPrefix, "handler:", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    /// <summary>The task with the label that its executor needs among those it requires of a node.</summary>
    public static TaskSpec Placed(TaskSpec spec)
    {
        if (LabelFor(spec) is not { } label) return spec;
        var terms = spec.Terms ?? new TaskTerms();
        var placement = terms.Placement ?? new PlacementTerms();
        if (placement.Require?.ContainsKey(label) == true) return spec;
        var require = new Dictionary<string, string>(placement.Require ?? new Dictionary<string, string>(), StringComparer.Ordinal) { [label] = Yes };
        return spec with { Terms = terms with { Placement = placement with { Require = require } } };
    }

    /// <summary>That no node of a place has what a label stands for, and how one gets it.</summary>
    public static string Missing(string label, string place) => label switch
    {
        Prefix + "container" => $"needs a container, and no node of {place} runs any: install podman, or docker with its daemon running, on one; 'granary doctor' there says what is missing",
        Prefix + "podman" or Prefix + "docker" => $"needs {label[Prefix.Length..]}, which no node of {place} has: leave out the engine, or install it on a node",
        Prefix + "scope" => $"needs a systemd scope, and systemd runs on no node of {place}: leave it out, or add a node where it does",
        Prefix + "http" => $"makes an HTTP call, which no node of {place} may: set Node:HttpHosts on one",
        Prefix + "manual" => $"is for a person, and no node of {place} has an agent that keeps an inbox: start one of this version",
        _ => $"needs the handler '{label[HandlerPrefix.Length..]}', which no node of {place} has: put its plug-in into plugins/ of a node's data directory and start the node again",
    };

    /// <summary>The value of every such label.</summary>
    public const string Yes = "yes";
}
