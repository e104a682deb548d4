using Granary.Model;
using Granary.Rest.Http;

namespace Granary.Rest.Tasks;

/// <summary>How a task that was sent is to be carried out, where a command or a handler's name does not say it all.</summary>
internal static class ActionRequest
{
    public static TaskAction? Of(TaskRequest item)
    {
        var action = new TaskAction
        {
            Http = item.Http?.ToCall(),
            Container = item.Container?.ToRun(),
            Manual = item.Manual?.ToWork(),
            Scope = item.Executor == Executors.Word(ExecutorKind.Scope),
            Payload = item.Payload ?? "",
        };
        return action == new TaskAction() ? null : action;
    }

    /// <exception cref="GranaryException">Invalid: the field, and what would be right.</exception>
    public static void Check(TaskRequest item, TaskSpec spec, Func<string, string> at)
    {
        var meant = Executors.Of(spec);
        if (item.Executor is { } word)
        {
            if (Executors.Parse(word) is not { } kind) throw GranaryException.Invalid($"{at("executor")}: '{Text.Clip(word)}' is none; expected one of {string.Join(", ", Executors.Words)}");
            if (kind != meant) throw GranaryException.Invalid($"{at("executor")}: is {word}, but what is given is for {Executors.Word(meant)}; leave it out, or give what belongs to {word}");
        }
        if (ActionRules.Problem(spec) is { } problem) throw GranaryException.Invalid($"{at(Field(meant))}: the task {problem}");
    }

    private static string Field(ExecutorKind kind) => kind is ExecutorKind.Process or ExecutorKind.Scope ? "command" : Executors.Word(kind);
}
