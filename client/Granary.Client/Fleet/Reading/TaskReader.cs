using Granary.Model;

namespace Granary.Client;

/// <summary>One entry of <c>tasks:</c>.</summary>
internal static class TaskReader
{
    public const int MaxRetries = 1000;

    private static readonly Dictionary<string, LossPolicy> LossPolicies = new(StringComparer.Ordinal)
    {
        ["retry"] = LossPolicy.Retry,
        ["report"] = LossPolicy.Report,
    };

    public static FleetTask Read(Fields fields)
    {
        var defaults = new TaskSpec { Agent = "" };
        var (stated, statedLine) = (ActionReader.Stated(fields), fields.LineOf("executor"));
        var (command, shellByText) = Command(fields);
        var shell = fields.Bool("shell");
        var task = new FleetTask
        {
            Spec = new TaskSpec
            {
                Name = fields.Text("name"),
                Agent = fields.Required("agent", "NAME, who the task belongs to"),
                Command = command,
                Handler = fields.Text("handler"),
                Shell = shell || shellByText,
                WorkingDirectory = fields.Text("workdir"),
                Environment = fields.Words("env"),
                Resources = fields.Resources("resources"),
                Priority = fields.Int("priority", 0, -1000, 1000),
                Deadline = fields.Duration("deadline"),
                Duration = fields.Duration("duration"),
                TimeLimit = fields.Duration("time_limit"),
                Retries = fields.Int("retries", 0, 0, MaxRetries),
                RetryBackoff = fields.Duration("backoff") ?? defaults.RetryBackoff,
                Labels = fields.Words("labels"),
                OnLoss = fields.Word("on_loss", LossPolicy.Retry, LossPolicies),
                KillGrace = fields.Duration("kill_grace") ?? defaults.KillGrace,
                OutputLimitBytes = fields.Bytes("output_limit", defaults.OutputLimitBytes),
                MayFail = fields.Bool("may_fail"),
                Terms = TermsReader.Read(fields),
            },
            Pool = fields.Text("pool", TaskId.DefaultPool),
            Count = fields.Int("count", 1, 1, FleetSpec.MaxTasks),
            After = After(fields),
        };
        fields.Done();
        if (Executors.Parse(stated) is { } kind && Executors.Of(task.Spec) is var meant && kind != meant)
            fields.Problems.Add(statedLine, $"executor is {stated}, but what the task says is for {Executors.Word(meant)}; {Right(kind)}");
        return task;
    }

    private static string Right(ExecutorKind kind) => kind switch
    {
        ExecutorKind.Process => "write command: [PROGRAM, ARGUMENT] and nothing beside it",
        ExecutorKind.Handler => "write handler: NAME",
        ExecutorKind.Http => "write http: { url: https://HOST/PATH }",
        ExecutorKind.Container => "write container: { image: NAME:TAG }",
        ExecutorKind.Manual => "write manual: { instructions: TEXT }",
        _ => "write command: [PROGRAM, ARGUMENT]",
    };

    /// <summary>A list is a program and its arguments; a text is a line for the shell.</summary>
    private static (IReadOnlyList<string> Command, bool Shell) Command(Fields fields)
    {
        switch (fields.Take("command"))
        {
            case null:
                return ([], false);
            case ScalarNode { IsNull: false } line:
                return fields.Text(line, "command") is { } text ? ([text], true) : (["?"], true);
            case ListNode { Items.Count: > 0 } list:
                return ([.. list.Items.Select(i => fields.Text(i, "command") ?? "?")], false);
            case var wrong:
                fields.Wrong(wrong, "command", "a list like [sleep, \"5\"] or a line for the shell");
                // Something stands there: that it has no command would be a second problem for one mistake.
                return (["?"], false);
        }
    }

    private static string[] After(Fields fields)
    {
        switch (fields.Take("after"))
        {
            case null or ScalarNode { IsNull: true }:
                return [];
            case ScalarNode one:
                return [one.Text];
            case ListNode list:
                return [.. list.Items.Select(i => fields.Text(i, "after")).OfType<string>()];
            case var wrong:
                fields.Wrong(wrong, "after", "a list of task names like [prepare]");
                return [];
        }
    }
}
