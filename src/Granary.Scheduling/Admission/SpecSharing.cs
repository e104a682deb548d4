using Granary.Model;

namespace Granary.Scheduling.Admission;

/// <summary>Specs compared by content, so that items of a batch that ask for the same share one spec in memory, in the journal and in snapshots.</summary>
internal sealed class SpecSharing : IEqualityComparer<TaskSpec>
{
    public static SpecSharing Instance { get; } = new();

    public bool Equals(TaskSpec? a, TaskSpec? b)
    {
        if (ReferenceEquals(a, b)) return true;
        if (a is null || b is null) return false;
        return a.Agent == b.Agent && a.Name == b.Name && a.Handler == b.Handler && a.Shell == b.Shell && a.WorkingDirectory == b.WorkingDirectory
            && a.Resources == b.Resources && a.Priority == b.Priority && a.Deadline == b.Deadline && a.Duration == b.Duration
            && a.TimeLimit == b.TimeLimit && a.Retries == b.Retries && a.RetryBackoff == b.RetryBackoff && a.OnLoss == b.OnLoss
            && a.KillGrace == b.KillGrace && a.OutputLimitBytes == b.OutputLimitBytes && a.MayFail == b.MayFail && a.Terms == b.Terms
            && a.Command.SequenceEqual(b.Command) && LabelSet.Same(a.Environment, b.Environment) && LabelSet.Same(a.Labels, b.Labels);
    }

    public int GetHashCode(TaskSpec spec)
    {
        var hash = new HashCode();
        hash.Add(spec.Agent);
        hash.Add(spec.Name);
        hash.Add(spec.Resources);
        hash.Add(spec.Priority);
        hash.Add(spec.Duration);
        foreach (var word in spec.Command) hash.Add(word);
        return hash.ToHashCode();
    }
}
