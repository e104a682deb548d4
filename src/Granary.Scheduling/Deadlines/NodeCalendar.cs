using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Deadlines;

/// <summary>
/// What comes to a node and goes from it by the calendars of its declared resources, as its agent told it: moments, not rules, so that a replayed
/// journal needs no time zones.
/// </summary>
/// <param name="Away">What is not there now and comes again.</param>
/// <param name="Changes">When what is there changes, and by how much, in the order of time.</param>
internal sealed record NodeCalendar(ResourceVector Away, IReadOnlyList<(long Time, ResourceVector Change)> Changes)
{
    public static NodeCalendar? Of(NodeSpec spec, ResourceLanes lanes)
    {
        if (spec.Traits?.Scheduled is not { Count: > 0 } scheduled) return null;
        var away = ResourceVector.Zero;
        var changes = new List<(long Time, ResourceVector Change)>();
        foreach (var one in scheduled)
        {
            var amount = lanes.ToVector(new ResourceSet { Custom = new Dictionary<string, long> { [one.Name] = one.Amount } });
            if (!one.Here) away += amount;
            var here = one.Here;
            foreach (var time in one.Changes)
            {
                changes.Add((Clock.ToMicros(time), here ? ResourceVector.Zero - amount : amount));
                here = !here;
            }
        }
        changes.Sort((a, b) => a.Time.CompareTo(b.Time));
        return new(away, changes);
    }
}
