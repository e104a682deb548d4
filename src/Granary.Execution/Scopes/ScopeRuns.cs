using System.Globalization;
using System.Text;
using Granary.Execution.Outside;
using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution.Scopes;

/// <summary>
/// Runs commands in systemd scopes: <c>systemd-run --scope</c> makes the scope, enters it and becomes the command, so the task's process is the command itself. systemd keeps its limits and
/// knows all that it started, whatever that did to hide.
/// </summary>
/// <remarks>systemd-run has the agent's rights for a moment, so nothing of the task's environment reaches it: a variable like LD_PRELOAD would run code with those rights. It is read from a file by a shell that has the task's rights already.</remarks>
internal sealed class ScopeRuns(ScopeSupport support, TaskFiles files, TaskUser? user, string instance) : IOutside
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);

    public ExecutorKind Kind => ExecutorKind.Scope;

    public (OutsideRecord? Record, string Error) Describe(Assignment assignment)
    {
        var lease = assignment.Lease;
        // '-' has a meaning in the names of slices only; '.' and '_' are as good as letters
        return (new(lease, Kind, support.Control, string.Create(CultureInfo.InvariantCulture, $"granary-{instance}-{lease.Task.Pool}-{lease.Task.Number}-{lease.Token}.scope")), "");
    }

    public (LaunchPlan? Plan, string Error) Plan(Assignment assignment, OutsideRecord record, LaunchPlan plain)
    {
        if (OutsideLimits.Unmet(plain.Isolation, scope: true) is { Length: > 0 } unmet) return (null, $"a scope cannot be kept to {unmet}, and the task is strict; leave that out");
        List<string> words = ["systemd-run", "--scope", "--quiet", $"--unit={record.Name}", "--description", $"granary task {assignment.Lease.Task}"];
        if (support.OfUser) words.Add("--user");
        else words.Add("--slice=granary.slice");
        foreach (var property in OutsideLimits.OfScope(assignment.Spec.Resources, plain.Isolation)) words.AddRange(["--property", property]);
        words.Add("--");
        var environment = plain.Environment;
        if (user is { } account && support.SetPrivileges is { } setpriv)
        {
            var numbers = account.For(assignment.Lease.Task);
            if (WriteEnvironment(assignment.Lease, plain.Environment, numbers, out var error) is not { } file) return (null, error);
            words.AddRange([setpriv, Invariant($"--reuid={numbers.User}"), Invariant($"--regid={numbers.Group}"), Invariant($"--groups={numbers.AccountGroup}"), "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"]);
            words.AddRange(["/bin/sh", "-c", ". \"$1\"; shift; exec \"$@\"", "sh", file]);
            environment = ["PATH=" + LaunchEnvironment.DefaultPath];
        }
        words.AddRange([plain.Program, .. plain.Arguments.Skip(1)]);
        return (plain with { Program = support.Run, Arguments = words, Environment = environment, User = null, MemoryMiB = 0, CpuMilli = 0, Isolation = OutsideLimits.OfProcess(plain.Isolation) }, "");
    }

    public async Task<ExitInfo> Settle(OutsideRecord record, ExitInfo exit, CancellationToken cancel)
    {
        string[] manager = support.OfUser ? ["--user"] : [];
        var result = exit is { Cause: ExitCause.Signal, Signal: 9 } ? await ToolRun.Ask(record.Program, [.. manager, "show", "--property=Result", "--value", record.Name], AnswerWithin, cancel) : default;
        // a scope without processes is gone already, and so there is nothing to stop
        _ = await ToolRun.Ask(record.Program, [.. manager, "kill", "--signal=KILL", record.Name], AnswerWithin, cancel);
        _ = await ToolRun.Ask(record.Program, [.. manager, "stop", record.Name], AnswerWithin, cancel);
        _ = await ToolRun.Ask(record.Program, [.. manager, "reset-failed", record.Name], AnswerWithin, cancel);
        if (File.Exists(EnvironmentFile(record.Lease))) File.Delete(EnvironmentFile(record.Lease));
        return result.Output?.Trim() == "oom-kill" ? exit with { Cause = ExitCause.OutOfMemory, Message = "out of memory: the scope reached its limit" } : exit;
    }

    public async Task Sweep(IReadOnlySet<string> kept, CancellationToken cancel)
    {
        string[] manager = support.OfUser ? ["--user"] : [];
        var listed = await ToolRun.Ask(support.Control, [.. manager, "list-units", "--all", "--plain", "--no-legend", "--type=scope", $"granary-{instance}-*"], AnswerWithin, cancel);
        foreach (var line in listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.TrimStart().Split(' ')[0] is { Length: > 0 } name && name.StartsWith($"granary-{instance}-", StringComparison.Ordinal) && !kept.Contains(name))
                _ = await ToolRun.Ask(support.Control, [.. manager, "stop", name], AnswerWithin, cancel);
    }

    private string EnvironmentFile(Lease lease) => Invariant($"{files.Directory(lease.Task)}/environment.{lease.Token}");

    private string? WriteEnvironment(Lease lease, IReadOnlyList<string> variables, LaunchUser numbers, out string error)
    {
        error = "";
        var text = new StringBuilder();
        foreach (var variable in variables)
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            var name = variable[..equals];
            if (!IsName(name))
            {
                error = $"the variable '{name}' cannot be given to a task in a scope; use letters, digits and '_' in its name";
                return null;
            }
            text.Append("export ").Append(name).Append("='").Append(variable[(equals + 1)..].Replace("'", "'\\''", StringComparison.Ordinal)).Append("'\n");
        }
        var path = EnvironmentFile(lease);
        try
        {
            File.WriteAllText(path, "");
            var failed = Posix.Sys.GiveDirectory(path, 0, numbers.Group, 0x1a0 /* 0640 */);
            if (failed == 0) File.WriteAllText(path, text.ToString());
            else error = $"{path} cannot be given to the task: {Posix.LibC.Describe(failed)}";
            return failed == 0 ? path : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = $"{path} cannot be written: {e.Message}";
            return null;
        }
    }

    private static bool IsName(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
