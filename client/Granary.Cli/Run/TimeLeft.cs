using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>How long the rest of a run will take, from what the tasks said and what was seen so far.</summary>
internal static class TimeLeft
{
    /// <summary>
    /// Work that is left (expected run time times the largest fraction of the nodes that the task takes) divided by one, but never less than the longest single
    /// task still needs. Expected run time: what tasks of the same name took; else the declared duration, corrected by how
    /// wrong declarations have been; else the mean of all that ended. Null while nothing is known.
    /// </summary>
    public static TimeSpan? Of(IReadOnlyList<TrackedTask> tasks, ResourceSet capacity, DateTimeOffset now)
    {
        var seen = Observed.From(tasks);
        double work = 0, longest = 0;
        foreach (var task in tasks)
        {
            if (task.State.IsFinal()) continue;
            if (seen.Expect(task.Spec) is not { } expected) return null;
            var left = task is { State: TaskState.Running, Started: { } started }
                ? Math.Max(expected - (now - started).TotalSeconds, 0)
                : expected;
            work += left * Fraction(task.Spec.Resources, capacity);
            longest = Math.Max(longest, left);
        }
        return TimeSpan.FromSeconds(Math.Max(work, longest));
    }

    /// <summary>The largest fraction of the capacity in CPU or memory, at most 1; a thousandth for a task that asks for nothing.</summary>
    private static double Fraction(ResourceSet need, ResourceSet capacity)
    {
        var cpu = capacity.CpuMilli > 0 ? (double)need.CpuMilli / capacity.CpuMilli : 0;
        var memory = capacity.MemoryMiB > 0 ? (double)need.MemoryMiB / capacity.MemoryMiB : 0;
        return Math.Clamp(Math.Max(cpu, memory), 0.001, 1);
    }

    private sealed record Observed(Dictionary<string, double> ByName, double? Mean, double Correction)
    {
        public static Observed From(IReadOnlyList<TrackedTask> tasks)
        {
            var byName = new Dictionary<string, (double Sum, int Count)>(StringComparer.Ordinal);
            double sum = 0, declaredSum = 0, tookSum = 0;
            var count = 0;
            foreach (var task in tasks)
            {
                if (task is not { State: TaskState.Succeeded, Started: { } started, Finished: { } finished }) continue;
                var took = Math.Max((finished - started).TotalSeconds, 0.001);
                var (nameSum, nameCount) = byName.GetValueOrDefault(task.Spec.Name);
                byName[task.Spec.Name] = (nameSum + took, nameCount + 1);
                sum += took;
                count++;
                if (task.Spec.Duration is not { } declared || declared <= TimeSpan.Zero) continue;
                declaredSum += declared.TotalSeconds;
                tookSum += took;
            }
            return new Observed(
                byName.ToDictionary(n => n.Key, n => n.Value.Sum / n.Value.Count, StringComparer.Ordinal),
                count > 0 ? sum / count : null,
                declaredSum > 0 ? tookSum / declaredSum : 1);
        }

        public double? Expect(TaskSpec spec) =>
            ByName.TryGetValue(spec.Name, out var same) ? same
            : spec.Duration is { } declared ? declared.TotalSeconds * Correction
            : Mean;
    }
}
