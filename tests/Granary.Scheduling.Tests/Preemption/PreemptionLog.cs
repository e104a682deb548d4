using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Preemption;

/// <summary>What a run's events say about preemptions.</summary>
internal sealed class PreemptionLog
{
    private readonly Dictionary<long, (long At, int Lease)> _placed = [];

    public PreemptionLog(VirtualPool pool, int from = 0)
    {
        var (at, leases) = (0, 0);
        foreach (var e in pool.Events.Events)
        {
            if (e.Kind == EventKind.Placed) _placed[e.Number] = (e.At, LeaseOf(e.Number) + 1);
            if (e.Kind == EventKind.Placed) MostLeases = Math.Max(MostLeases, ++leases);
            if (e.Kind == EventKind.Ended) leases--;
            if (e.Kind == EventKind.RoomReleased) Stops.RemoveAll(s => s.For == (e.Number, LeaseOf(e.Number) + 1)); // nothing came of it
            if (at++ < from || e.Kind != EventKind.RoomClaimed) continue;
            foreach (var victim in (IReadOnlyList<long>)e.Detail!)
                Stops.Add(new Stop(e.At, (e.Number, LeaseOf(e.Number) + 1), (victim, LeaseOf(victim)), (PreemptionKind)e.Value, (e.At - _placed[victim].At) / (double)Clock.Second));
        }
    }

    /// <summary>The most that ran at once.</summary>
    public int MostLeases { get; }

    public List<Stop> Stops { get; } = [];

    private int LeaseOf(long number) => _placed.TryGetValue(number, out var placed) ? placed.Lease : 0;

    /// <param name="At">When, microseconds.</param>
    /// <param name="For">The task it was done for, and which of its leases this brought about.</param>
    /// <param name="Victim">The task that was stopped, and which of its leases.</param>
    /// <param name="Kind">By which rule.</param>
    /// <param name="Held">For how many seconds the victim had held its lease.</param>
    internal readonly record struct Stop(long At, (long Number, int Lease) For, (long Number, int Lease) Victim, PreemptionKind Kind, double Held);
}
