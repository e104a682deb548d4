namespace Granary.Forecasting.Series;

/// <summary>Puts values into gaps: a straight line between what is known on both sides, the nearest known value at the ends.</summary>
public static class GapFilling
{
    /// <summary>Fills in place what is not a number.</summary>
    /// <returns>How many points were filled.</returns>
    /// <exception cref="ArgumentException">Nothing is known.</exception>
    public static int Fill(Span<double> values)
    {
        var (last, filled) = (-1, 0);
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i])) continue;
            for (var gap = last + 1; gap < i; gap++)
            {
                var part = (double)(gap - last) / (i - last);
                values[gap] = last < 0 ? values[i] : values[last] + (part * (values[i] - values[last]));
                filled++;
            }
            last = i;
        }
        if (last < 0) throw new ArgumentException("a series of gaps alone cannot be filled", nameof(values));
        for (var i = last + 1; i < values.Length; i++, filled++) values[i] = values[last];
        return filled;
    }
}
