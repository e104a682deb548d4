namespace Granary.Forecasting.Ensemble;

/// <summary>The distances ahead at which an ensemble learns weights and widths, closer together for near points; those between are interpolated.</summary>
internal sealed class Leads
{
    private const int Most = 12;

    public Leads(int horizon)
    {
        var leads = new SortedSet<int> { 1, horizon };
        for (var i = 1; i < Most - 1; i++) leads.Add((int)Math.Round(Math.Pow(horizon, (double)i / (Most - 1))));
        Values = [.. leads];
    }

    /// <summary>Ascending; the first is 1.</summary>
    public int[] Values { get; }

    /// <summary>Between which leads a distance of <paramref name="ahead"/> lies, and how much of the second counts.</summary>
    public (int Below, int Above, double Part) Around(int ahead)
    {
        var at = Array.BinarySearch(Values, ahead);
        if (at >= 0) return (at, at, 0);
        at = ~at;
        if (at == Values.Length) return (at - 1, at - 1, 0);
        return (at - 1, at, (double)(ahead - Values[at - 1]) / (Values[at] - Values[at - 1]));
    }
}
