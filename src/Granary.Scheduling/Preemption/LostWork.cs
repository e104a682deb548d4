using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>
/// What is lost when a task is stopped: seconds since its last checkpoint, or since it started when it writes none, times the part of the pool
/// that it holds. A checkpoint that its node has seen counts; until then, checkpoints at the interval that it declares.
/// </summary>
internal static class LostWork
{
    public static double Of(TaskEntry task, in ShareBasis pool, long now) =>
        Seconds(task, now) * (ResourceTotals.Zero + task.Item.Shape.Vector).DominantShare(pool);

    /// <summary>Seconds of work that would have to be done again.</summary>
    public static double Seconds(TaskEntry task, long now)
    {
        if (task.StartedAt == 0) return 0;
        if (task.CheckpointAt > 0) return Math.Max(0, now - task.CheckpointAt) / (double)Clock.Second;
        var ran = Math.Max(0, now - task.StartedAt);
        if (task.Item.Spec.Terms?.CheckpointEvery is { } every && every > TimeSpan.Zero) ran %= Clock.ToMicros(every);
        return ran / (double)Clock.Second;
    }
}
