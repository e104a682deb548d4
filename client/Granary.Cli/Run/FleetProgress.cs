using Granary.Abstractions;
using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>The tasks of a run and what has become of them: fed with changes and views, read as counts. Knows no clock and no server.</summary>
internal sealed class FleetProgress
{
    private readonly Dictionary<TaskId, TrackedTask> _tasks;
    private readonly string[] _domains;
    private int _open;

    /// <param name="tasks">In the order of the fleet file; domains are shown in the order they first appear.</param>
    public FleetProgress(IReadOnlyList<TrackedTask> tasks)
    {
        Tasks = tasks;
        _tasks = tasks.ToDictionary(t => t.Id);
        _domains = [.. tasks.Select(t => t.Domain).Distinct(StringComparer.Ordinal)];
        _open = tasks.Count(t => !t.State.IsFinal());
    }

    public IReadOnlyList<TrackedTask> Tasks { get; }

    public bool IsDone => _open == 0;

    /// <summary>The task when the change is about this run and moved it; null otherwise.</summary>
    public TrackedTask? Apply(TaskChange change)
    {
        if (!_tasks.TryGetValue(change.Id, out var task)) return null;
        var wasFinal = task.State.IsFinal();
        var moved = task.Apply(change);
        if (!wasFinal && task.State.IsFinal()) _open--;
        return moved ? task : null;
    }

    public void Apply(IEnumerable<TaskView> views)
    {
        foreach (var view in views)
        {
            if (!_tasks.TryGetValue(view.Id, out var task)) continue;
            var wasFinal = task.State.IsFinal();
            task.Apply(view);
            if (!wasFinal && task.State.IsFinal()) _open--;
        }
    }

    public DomainProgress All() => DomainProgress.Of("all", Tasks);

    public IReadOnlyList<DomainProgress> Domains()
    {
        var byDomain = Tasks.ToLookup(t => t.Domain, StringComparer.Ordinal);
        return [.. _domains.Select(d => DomainProgress.Of(d, byDomain[d]))];
    }
}
