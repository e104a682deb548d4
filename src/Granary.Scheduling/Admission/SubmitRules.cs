using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>What a batch must satisfy by itself, whatever the pool holds.</summary>
internal static class SubmitRules
{
    public const int LongestOperationId = 64;
    public const int LongestName = 256;
    public const int MostMembers = 1_000_000;
    public const int MostRetries = 1000;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <exception cref="GranaryException">Invalid: what, in which item, and what would be right.</exception>
    public static void Check(SubmitBatch batch)
    {
        if (batch.OperationId is null || batch.OperationId.Length > LongestOperationId)
            throw GranaryException.Invalid($"operation id is {batch.OperationId?.Length.ToString() ?? "missing"}; use up to {LongestOperationId} characters");
        if (batch.Items is null || batch.Items.Count == 0) throw GranaryException.Invalid("nothing to submit: the batch has no item");
        long members = 0;
        for (var i = 0; i < batch.Items.Count; i++)
        {
            var item = batch.Items[i];
            if (item?.Spec is null) throw GranaryException.Invalid($"item {i}: has no spec");
            Check(item.Spec, item.Spec.Name is { Length: > 0 } && IsName(item.Spec.Name) ? $"item {i} ({item.Spec.Name})" : $"item {i}");
            if (item.Count is < 1 or > MostMembers) throw GranaryException.Invalid($"item {i}: count {item.Count} is not valid; use 1 to {MostMembers}");
            members += item.Count;
            foreach (var position in item.AfterItems ?? [])
                if (position < 0 || position >= i)
                    throw GranaryException.Invalid($"item {i}: waits for item {position}, which does not come before it in the batch; put what it waits for first");
        }
        if (members > MostMembers) throw GranaryException.Invalid($"the batch has {members} tasks; submit at most {MostMembers} at once");
    }

    private static void Check(TaskSpec spec, string what)
    {
        if (spec.Terms?.Trace is { } trace && !System.Diagnostics.ActivityContext.TryParse(trace, null, out _))
            throw GranaryException.Invalid($"{what}: its trace is no W3C traceparent, like 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        if (!Names.IsValid(spec.Agent)) throw GranaryException.Invalid($"{what}: agent '{spec.Agent}' is not a valid id; use {Names.Rule}");
        if (!IsName(spec.Name))
            throw GranaryException.Invalid($"{what}: its name is not valid; use up to {LongestName} characters and none that are not printable");
        if (spec.Command is null || spec.Handler is null || (spec.Terms?.Action is null && (spec.Command.Count == 0) == (spec.Handler.Length == 0)))
            throw GranaryException.Invalid($"{what}: needs either a command or a handler, and not both");
        if (ActionRules.Problem(spec) is { } problem) throw GranaryException.Invalid($"{what}: {problem}");
        if (spec.Command.Any(a => a is null || a.Contains('\0')))
            throw GranaryException.Invalid($"{what}: a word of its command is missing or contains a NUL character; remove it");
        ResourceRules.Check(spec.Resources, what);
        Range(spec.Priority, -1000, 1000, "priority", what);
        Range(spec.Retries, 0, MostRetries, "retries", what);
        Range(spec.OutputLimitBytes, 0, long.MaxValue, "output limit", what);
        if (!Enum.IsDefined(spec.OnLoss)) throw GranaryException.Invalid($"{what}: policy {(int)spec.OnLoss} on loss does not exist; use retry or report");
        if (spec.Deadline is { } deadline) Span(deadline, TimeSpan.FromMilliseconds(1), "deadline", what);
        if (spec.Duration is { } duration) Span(duration, TimeSpan.Zero, "duration", what);
        if (spec.TimeLimit is { } limit) Span(limit, TimeSpan.FromMilliseconds(1), "time limit", what);
        Span(spec.RetryBackoff, TimeSpan.Zero, "retry back-off", what);
        if (spec.Terms?.Placement is { } placement) PlacementRules.Check(placement, what);
        Span(spec.KillGrace, TimeSpan.Zero, "kill grace", what);
    }

    private static bool IsName(string? name) => name is not null && name.Length <= LongestName && !name.Any(char.IsControl);

    private static void Range(long value, long low, long high, string field, string what)
    {
        if (value < low || value > high) throw GranaryException.Invalid($"{what}: {field} {value} is not valid; use {low} to {high}");
    }

    private static void Span(TimeSpan value, TimeSpan least, string field, string what)
    {
        if (value < least || value > Longest)
            throw GranaryException.Invalid($"{what}: {field} {Clock.Text(Clock.ToMicros(value))} is not valid; use {(least == TimeSpan.Zero ? "0" : "1ms")} to {Longest.Days} days");
    }
}
