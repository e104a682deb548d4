using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>How a task is carried out, in one line without what may be secret; empty for a plain process or handler.</summary>
internal static class ActionText
{
    public static string Of(TaskSpec spec)
    {
        var action = spec.Terms?.Action;
        return Executors.Of(spec) switch
        {
            ExecutorKind.Http => $"http {action!.Http!.Method} {HttpCall.Shown(action.Http.Url)}",
            ExecutorKind.Container => $"container {action!.Container!.Image}{(action.Container.Engine.Length > 0 ? $" ({action.Container.Engine})" : "")}",
            ExecutorKind.Scope => "systemd scope",
            ExecutorKind.Manual => $"manual{(action!.Manual!.Assignee.Length > 0 ? $", for {action.Manual.Assignee}" : "")}{(action.Manual.Role.Length > 0 ? $", a {action.Manual.Role}" : "")}: {OneLine(action.Manual.Instructions)}",
            _ => "",
        };
    }

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length > 120 ? line[..120] + "…" : line;
    }
}
