using Granary.Model;
using Granary.Rest.Http;

namespace Granary.Rest.Tasks;

/// <summary>What must be true of one task by itself. The pool checks what needs its state: dependencies, limits, capacity.</summary>
internal static class TaskChecks
{
    private static readonly Dictionary<string, string> NoVariables = [];
    private static readonly TimeSpan MaxGrace = TimeSpan.FromHours(1);

    /// <param name="at">The path of a field in the body.</param>
    /// <exception cref="GranaryException">Invalid.</exception>
    public static void Check(TaskRequest item, Func<string, string> at)
    {
        if (item.Agent is not { Length: > 0 }) throw Wrong("agent", "is missing; say who submits");
        if (!Names.IsValid(item.Agent)) throw Wrong("agent", $"'{Text.Clip(item.Agent)}' is no name; a name is {Names.Rule}");
        if (item.Name is { Length: > 0 } name && !Names.IsValid(name)) throw Wrong("name", $"'{Text.Clip(name)}' is no name; a name is {Names.Rule}");
        Command(item);
        Range("priority", item.Priority, -1000, 1000);
        Range("count", item.Count, 1, 1_000_000);
        Range("retries", item.Retries, 0, 1000);
        OverZero("deadline", item.Deadline);
        OverZero("time_limit", item.TimeLimit);
        OverZero("checkpoint_every", item.CheckpointEvery);
        if (item.Duration > item.Deadline)
            throw Wrong("duration", $"is {Durations.Format(item.Duration.Value)}, longer than the deadline of {Durations.Format(item.Deadline.Value)}; lower it or raise the deadline");
        if (item.KillGrace > MaxGrace) throw Wrong("kill_grace", "is over an hour; write one like 5s");
        if (item.Workdir is { Length: > 0 } directory && (directory[0] != '/' || directory.Contains('\0')))
            throw Wrong("workdir", $"'{Text.Clip(directory)}' is not an absolute path; it may run on any node");
        foreach (var (variable, value) in item.Env ?? NoVariables)
            if (variable.Length == 0 || variable.Contains('=') || variable.Any(char.IsControl) || value.Contains('\0'))
                throw Wrong("env", $"'{Text.Clip(variable)}' cannot be a variable; its name is text without '=', its value text without NUL");

        void Command(TaskRequest task)
        {
            var has = task.Command is { Words.Count: > 0 };
            if (has && task.Handler is { Length: > 0 }) throw Wrong("command", "is given together with handler; keep one");
            if (!has && task is { Handler: null or "", Http: null, Container: null, Manual: null }) throw Wrong("command", "is missing; give a command, like [\"sleep\", \"1\"], or a handler");
            if (task.Handler is { Length: > 0 } handler && !Names.IsValid(handler)) throw Wrong("handler", $"'{Text.Clip(handler)}' is no name; a name is {Names.Rule}");
            if (has && (task.Command!.Words[0].Length == 0 || task.Command.Words.Any(word => word.Contains('\0'))))
                throw Wrong("command", "words are text without NUL, and the first names a program");
        }

        void Range(string field, int? value, int least, int most)
        {
            if (value < least || value > most) throw Wrong(field, $"is {value}; expected {least} to {most}");
        }

        void OverZero(string field, TimeSpan? value)
        {
            if (value <= TimeSpan.Zero) throw Wrong(field, "is nothing; write a duration over 0, like 60s");
        }

        GranaryException Wrong(string field, string message) => GranaryException.Invalid($"{at(field)}: {message}");
    }
}
