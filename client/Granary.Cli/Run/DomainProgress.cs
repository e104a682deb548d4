using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>Counts of one domain's tasks (or of all) at one moment.</summary>
internal sealed record DomainProgress(string Name)
{
    public int Total { get; init; }
    public int Running { get; init; }
    public int Queued { get; init; }
    public int Succeeded { get; init; }

    /// <summary>Failed, lost, rejected or cancelled though it should have succeeded.</summary>
    public int Bad { get; init; }

    /// <summary>Ended otherwise than with success, as its submitter declared possible.</summary>
    public int Allowed { get; init; }

    /// <summary>How many wait for each reason, most first; those whose reason is not known yet are not in it.</summary>
    public IReadOnlyList<(WaitReason Reason, int Count)> Waiting { get; init; } = [];

    public int Done => Succeeded + Bad + Allowed;

    public static DomainProgress Of(string name, IEnumerable<TrackedTask> tasks)
    {
        int total = 0, running = 0, queued = 0, succeeded = 0, bad = 0, allowed = 0;
        var reasons = new SortedDictionary<WaitReason, int>();
        foreach (var task in tasks)
        {
            total++;
            if (task.State == TaskState.Succeeded) succeeded++;
            else if (task.IsBad) bad++;
            else if (task.State.IsFinal()) allowed++;
            else if (task.State is TaskState.Running or TaskState.Placed) running++;
            else
            {
                queued++;
                if (task.Waiting != WaitReason.None) reasons[task.Waiting] = reasons.GetValueOrDefault(task.Waiting) + 1;
            }
        }
        return new DomainProgress(name)
        {
            Total = total,
            Running = running,
            Queued = queued,
            Succeeded = succeeded,
            Bad = bad,
            Allowed = allowed,
            Waiting = [.. reasons.OrderByDescending(r => r.Value).Select(r => (r.Key, r.Value))],
        };
    }
}
