namespace Granary.Scheduling.Ordering;

/// <summary>
/// Where something stands in the order: higher level first, then lower tier, then lower value, then lower ties. Every strategy writes its
/// order in these words, so one heap serves them all.
/// </summary>
internal readonly record struct OrderKey(int Level, int Tier, double Value, long Tie, long SecondTie)
{
    public static int Compare(in OrderKey a, in OrderKey b)
    {
        if (a.Level != b.Level) return a.Level > b.Level ? -1 : 1;
        if (a.Tier != b.Tier) return a.Tier < b.Tier ? -1 : 1;
        if (a.Value != b.Value) return a.Value < b.Value ? -1 : 1;
        if (a.Tie != b.Tie) return a.Tie < b.Tie ? -1 : 1;
        return a.SecondTie.CompareTo(b.SecondTie);
    }

    /// <summary>Behind the other for certain when true: most comparisons are decided by this much.</summary>
    public bool IsBehind(in OrderKey other) => Level <= other.Level & Tier >= other.Tier & Value > other.Value;
}
