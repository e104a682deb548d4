using Granary.Model;

namespace Granary.Scheduling.Ordering;

/// <summary>
/// Who goes first. Pure: the same arguments give the same place. Within an agent tasks stand by their key, which is asked for once, when the
/// task becomes ready; agents stand by their rank, which is asked for again whenever what it rests on changes.
/// </summary>
public interface IQueueOrder
{
    /// <summary>What policies call it: lower case, words parted by a hyphen.</summary>
    string Name { get; }

    /// <summary>Where a task stands among its agent's, lower first; ties by number.</summary>
    long KeyOf(in WaitingTask task);

    /// <summary>Where an agent stands among the others.</summary>
    QueueRank RankOf(in WaitingAgent agent);
}

/// <summary>A task that is ready to be placed.</summary>
/// <param name="Spec">What it is.</param>
/// <param name="Number">Its number; later ones are larger.</param>
/// <param name="Submitted">When.</param>
/// <param name="Deadline">When it must have ended; null for no matter.</param>
/// <param name="Estimate">Its run time as far as it is known.</param>
public readonly record struct WaitingTask(TaskSpec Spec, long Number, DateTimeOffset Submitted, DateTimeOffset? Deadline, TimeSpan Estimate);

/// <summary>An agent with tasks that are ready.</summary>
/// <param name="Spec">What it is owed.</param>
/// <param name="First">Its first task.</param>
/// <param name="Share">Its weighted dominant share.</param>
/// <param name="Ready">Tasks of it that are ready.</param>
/// <param name="WaitingSince">Since when it has waited to be given something.</param>
/// <param name="Now">The present.</param>
public readonly record struct WaitingAgent(AgentSpec Spec, WaitingTask First, double Share, int Ready, DateTimeOffset WaitingSince, DateTimeOffset Now);

/// <summary>A place in the order: the higher level first, then the lower value, then the lower tie.</summary>
public readonly record struct QueueRank(int Level, double Value, long Tie = 0);
