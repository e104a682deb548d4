using Granary.Balancing.Health;

namespace Granary.Balancing.Backends;

/// <summary>Who may be chosen, and with which weight: standing, slow start and zones together. Called under the pool's lock.</summary>
internal static class RosterBuild
{
    public static Roster Of(Backend[] all, ZonePreference? zone, long nowUs)
    {
        var usable = new List<Backend>(all.Length);
        var weights = new List<double>(all.Length);
        var trials = new List<Backend>();
        foreach (var backend in all)
        {
            var state = backend.Breaker?.StateAt(nowUs) ?? CircuitState.Closed;
            var standing = !backend.IsDraining && !backend.IsEjected && backend.Active is not { IsHealthy: false } && backend.Weight > 0;
            var share = backend.SlowStart.Share(standing && state == CircuitState.Closed, nowUs);
            if (backend.SlowStart.HasBegun)
                backend.Forget();
            if (standing && state == CircuitState.HalfOpen)
                trials.Add(backend);
            if (!standing || state != CircuitState.Closed)
                continue;
            usable.Add(backend);
            weights.Add(backend.Weight * share);
        }

        if (zone is not null)
            PreferZone(zone, all, usable, weights);
        return new Roster([.. usable], [.. weights], [.. trials]);
    }

    private static void PreferZone(ZonePreference zone, Backend[] all, List<Backend> usable, List<double> weights)
    {
        double usableLocal = 0, usableElsewhere = 0, allLocal = 0;
        foreach (var backend in all)
            allLocal += backend.Zone == zone.Zone ? backend.Weight : 0;
        for (var i = 0; i < usable.Count; i++)
        {
            if (usable[i].Zone == zone.Zone)
                usableLocal += usable[i].Weight;
            else
                usableElsewhere += usable[i].Weight;
        }

        var factor = zone.FactorElsewhere(usableLocal, allLocal, usableElsewhere);
        for (var i = usable.Count - 1; i >= 0; i--)
        {
            if (usable[i].Zone == zone.Zone)
                continue;
            weights[i] *= factor;
            if (weights[i] > 0)
                continue;
            usable.RemoveAt(i);
            weights.RemoveAt(i);
        }
    }
}
