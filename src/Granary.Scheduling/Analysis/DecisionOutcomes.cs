using Granary.Model;

namespace Granary.Scheduling.Analysis;

/// <summary>What came of predictions: a record beside the task as it turned out.</summary>
public static class DecisionOutcomes
{
    /// <summary>Null before the task has started.</summary>
    public static DecisionOutcome? Of(TaskView task, DecisionRecord? record)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Started is not { } started) return null;
        var kept = task.Deadline is { } deadline && task.Finished is { } finished ? task.State == TaskState.Succeeded && finished <= deadline : (bool?)null;
        var estimated = record is { PredictedStart: { } from, PredictedFinish: { } to } ? (to - from).TotalSeconds : task.Spec.Duration?.TotalSeconds;
        return new DecisionOutcome(
            record is { PredictedStart: { } predicted } ? (predicted - record.At).TotalSeconds : null,
            (started - (record?.At ?? task.Submitted)).TotalSeconds,
            estimated,
            task.Finished is { } end ? (end - started).TotalSeconds : null,
            kept);
    }
}
