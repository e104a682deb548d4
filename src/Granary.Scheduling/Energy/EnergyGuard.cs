namespace Granary.Scheduling.Energy;

/// <summary>When parked machines are woken: saving never makes a task wait that a machine could run.</summary>
public static class EnergyGuard
{
    /// <param name="parked">Machines that a plan parked, in the order in which it did, with their pools.</param>
    /// <param name="waitsForRoom">Tasks of each pool that wait for room.</param>
    /// <returns>Those to wake now: one for the first task that waits, and twice as many for each further doubling of them, last parked first.</returns>
    public static IReadOnlyList<string> Wake(IReadOnlyList<(string Node, string Pool)> parked, IReadOnlyDictionary<string, int> waitsForRoom)
    {
        var wake = new List<string>();
        foreach (var pool in parked.Select(p => p.Pool).Distinct(StringComparer.Ordinal))
        {
            var waiting = waitsForRoom.GetValueOrDefault(pool);
            if (waiting <= 0) continue;
            var most = 1 << Math.Min(20, (int)Math.Log2(waiting));
            wake.AddRange(parked.Reverse().Where(p => p.Pool == pool).Take(most).Select(p => p.Node));
        }
        return wake;
    }
}
