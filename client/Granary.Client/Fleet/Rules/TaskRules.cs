using System.Text;
using Granary.Model;

namespace Granary.Client;

/// <summary>What must be true of each task by itself, and of their number.</summary>
internal static class TaskRules
{
    /// <summary>One argument or variable may have this many bytes. Source: Linux MAX_ARG_STRLEN less its terminator.</summary>
    private const int MaxArgumentBytes = 128 * 1024 - 1;

    private static readonly TimeSpan MaxGrace = TimeSpan.FromHours(1);

    public static void Check(FleetSpec fleet, PartLines lines, FleetProblems problems)
    {
        var seen = new Seen("task", problems);
        var limits = fleet.Agents.GroupBy(a => a.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Limit, StringComparer.Ordinal);
        var total = 0L;
        var told = false;
        for (var i = 0; i < fleet.Tasks.Count; i++)
        {
            var (task, line) = (fleet.Tasks[i], lines.Task(i));
            var check = new One(task, line, problems);
            check.Spec();
            check.Times();
            seen.Add(task.Spec.Name, line);
            if (limits.TryGetValue(task.Spec.Agent, out var limit)) check.WithinLimit(limit);
            total += Math.Max(0, task.Count);
            if (told || total <= FleetSpec.MaxTasks) continue;
            told = true;
            problems.Add(line, $"with this task the fleet has more than {FleetSpec.MaxTasks} tasks, counting members; split it into several fleets");
        }
    }

    private readonly struct One(FleetTask task, int line, FleetProblems problems)
    {
        private string Title => $"task '{Quoting.Clip(task.Spec.Name)}'";

        public void Spec()
        {
            var spec = task.Spec;
            FleetRules.Name(spec.Name, "task name", line, problems);
            FleetRules.Name(spec.Agent, "agent id", line, problems);
            FleetRules.Name(task.Pool, "pool name", line, problems);
            FleetRules.Labels(spec.Labels, line, problems);
            ResourceRules.Check(spec.Resources, "resources", line, problems);
            if (ActionRules.Problem(spec) is { } problem) Tell(problem);
            if (spec.Command.Count > 0 && spec.Command[0].Length == 0) Tell("has an empty program name; write command: [PROGRAM, ARGUMENT]");
            if (spec.Handler.Length > 0) FleetRules.Name(spec.Handler, "handler name", line, problems);
            foreach (var argument in spec.Command) Argument(argument, "an argument");
            foreach (var (name, value) in spec.Environment ?? new Dictionary<string, string>()) Variable(name, value);
            if (spec.WorkingDirectory.Length > 0 && !spec.WorkingDirectory.StartsWith('/'))
                Tell($"has the relative workdir '{Quoting.Clip(spec.WorkingDirectory)}'; write an absolute path: it may run on any node");
            Argument(spec.WorkingDirectory, "a workdir");
            if (task.Count is < 1 or > FleetSpec.MaxTasks) Tell($"has count {task.Count}; write 1 to {FleetSpec.MaxTasks}");
            if (spec.Priority is < -1000 or > 1000) Tell($"has priority {spec.Priority}; write -1000 to 1000");
            if (spec.Retries is < 0 or > TaskReader.MaxRetries) Tell($"has {spec.Retries} retries; write 0 to {TaskReader.MaxRetries}");
            if (spec.OutputLimitBytes < 0) Tell("has a negative output_limit; write a size like 64Mi");
        }

        public void Times()
        {
            var spec = task.Spec;
            if (spec.Deadline is { } deadline && (deadline <= TimeSpan.Zero || deadline > Durations.Max))
                Tell("has a deadline that is over when it begins; write a duration over 0, like 60s");
            if (spec.TimeLimit is { } limit && (limit <= TimeSpan.Zero || limit > Durations.Max))
                Tell("has a time_limit of nothing; write a duration over 0, like 60s");
            if (spec.Duration is { } duration && (duration < TimeSpan.Zero || duration > Durations.Max)) Tell("has a negative duration; write one like 2s");
            if (spec is { Deadline: { } end, Duration: { } run } && run > end)
                Tell($"takes {Durations.Format(run)} by its own estimate, longer than its deadline of {Durations.Format(end)}; lower duration or raise deadline");
            if (spec.Terms?.CheckpointEvery is { } every && (every <= TimeSpan.Zero || every > Durations.Max))
                Tell("has a checkpoint_every of nothing; write a duration over 0, like 5m");
            if (spec.RetryBackoff < TimeSpan.Zero || spec.RetryBackoff > Durations.Max) Tell("has a negative backoff; write one like 1s");
            if (spec.KillGrace < TimeSpan.Zero || spec.KillGrace > MaxGrace) Tell("has a kill_grace over an hour; write one like 5s");
        }

        public void WithinLimit(ResourceSet limit)
        {
            foreach (var (name, amount) in task.Spec.Resources.Named())
                if (ResourceRules.AmountOf(limit, name) is var most and > 0 && most < amount)
                    Tell($"asks for {name}={Quantity.Format(name, amount)}, over the limit {Quantity.Format(name, most)} of its agent '{Quoting.Clip(task.Spec.Agent)}'; "
                        + "lower the request or raise the limit");
        }

        private void Argument(string text, string what)
        {
            if (text.Contains('\0', StringComparison.Ordinal)) Tell($"has {what} with a NUL character; remove it");
            if (text.Length > MaxArgumentBytes / 4 && Encoding.UTF8.GetByteCount(text) > MaxArgumentBytes)
                Tell($"has {what} of {Encoding.UTF8.GetByteCount(text)} bytes; the system takes up to {MaxArgumentBytes}: put it into a file");
        }

        private void Variable(string name, string value)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Any(char.IsControl))
                Tell($"has the variable name '{Quoting.Clip(name)}'; write one without '=', like LANG");
            Argument(value, $"a variable {Quoting.Clip(name)}");
        }

        private void Tell(string message) => problems.Add(line, $"{Title} {message}");
    }
}
