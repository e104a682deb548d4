namespace Granary.Balancing.Backends;

/// <summary>Which share of requests stays in the balancer's own zone.</summary>
/// <param name="Zone">The balancer's zone.</param>
/// <param name="EnoughLocal">
/// While this share of the zone's weight can be used, everything stays there. Below, the zone takes what it has of that share and the rest goes
/// to the others by their weights; with nothing left all of it does.
/// </param>
public sealed record ZonePreference(string Zone, double EnoughLocal = 0.7)
{
    internal void Validate()
    {
        if (!(EnoughLocal is > 0 and <= 1))
            throw new ArgumentException($"zone preference: enough {EnoughLocal} must be above 0 and at most 1");
    }

    /// <summary>Scales the weights of backends elsewhere.</summary>
    /// <param name="usableLocal">Weight of the zone's backends that can be used.</param>
    /// <param name="allLocal">Weight of all the zone's backends.</param>
    /// <param name="usableElsewhere">Weight of the other backends that can be used.</param>
    internal double FactorElsewhere(double usableLocal, double allLocal, double usableElsewhere)
    {
        if (usableLocal <= 0 || usableElsewhere <= 0)
            return 1;
        var stays = Math.Min(1, usableLocal / allLocal / EnoughLocal);
        return usableLocal * (1 / stays - 1) / usableElsewhere;
    }
}
