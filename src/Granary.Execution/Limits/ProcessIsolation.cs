using Granary.Execution.Posix;
using Granary.Model;

namespace Granary.Execution.Limits;

/// <summary>What of a task's isolation belongs to its processes rather than to a group: given to its first one before its program runs, and inherited.</summary>
internal static class ProcessIsolation
{
    // SCHED_OTHER, SCHED_BATCH, SCHED_IDLE
    private static readonly int[] Policies = [0, 3, 5];

    /// <summary>Something has to be set from outside, so the process must wait for it.</summary>
    public static bool IsNeeded(TaskIsolation? isolation) =>
        isolation is { Policy: not null } or { Nice: not null } or { IoPriority: not null } or { Limits.Count: > 0 };

    /// <param name="pid">It waits at the gate.</param>
    /// <param name="isolation">What to set.</param>
    /// <param name="missing">Receives what the kernel refused.</param>
    public static void Apply(int pid, TaskIsolation isolation, List<string> missing)
    {
        if (isolation.Policy is { } policy) Note("policy", ProcessAttributes.SetPolicy(pid, Policies[(int)policy]));
        // the idle policy has a rank below every nice value, and takes none
        if (isolation.Nice is { } nice && isolation.Policy != SchedulingPolicy.Idle) Note("nice", ProcessAttributes.SetNice(pid, nice));
        if (isolation.IoPriority is { } turn) Note("io_priority", ProcessAttributes.SetIoTurn(pid, turn));
        foreach (var (name, value) in isolation.Limits ?? new Dictionary<string, long>())
            if (IsolationWords.Limits.TryGetValue(name, out var resource)) Note(IsolationWords.LimitPrefix + name, ProcessAttributes.SetLimit(pid, resource, value));

        void Note(string word, int error)
        {
            // one that has ended needs nothing any more
            if (error is not (0 or Errno.NoProcess)) missing.Add($"{word}: {LibC.Describe(error)}");
        }
    }
}
