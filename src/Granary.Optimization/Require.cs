namespace Granary.Optimization;

/// <summary>What every entry of the library asks of its numbers: one line that says what, where, and what would help.</summary>
internal static class Require
{
    /// <summary>No quantity is larger than this, either way, so that sums, squares and products of several stay finite.</summary>
    public const double Largest = 1e30;

    public static bool IsFinite(double value) => Math.Abs(value) <= Largest;

    public static void Finite(ReadOnlySpan<double> values, string what)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!IsFinite(values[i])) throw new ArgumentException($"{what}: value {i} is {values[i]}; leave it out or fill the gap first (finite, up to {Largest})");
        }
    }

    public static void Finite(double value, string what)
    {
        if (!IsFinite(value)) throw new ArgumentException($"{what} is {value}; a finite number up to {Largest} is needed");
    }

    public static void Positive(double value, string what)
    {
        if (!(value >= 1 / Largest && value <= Largest)) throw new ArgumentException($"{what} is {value}; a finite number over 0 is needed, {1 / Largest} to {Largest}");
    }

    public static void Within(double value, double least, double most, string what)
    {
        if (!(value >= least && value <= most)) throw new ArgumentException($"{what} is {value}; it goes from {least} to {most}");
    }

    public static void AtLeast(int value, int least, string what)
    {
        if (value < least) throw new ArgumentException($"{what} is {value}; {least} or more is needed");
    }

    public static void Length(int found, int wanted, string what)
    {
        if (found != wanted) throw new ArgumentException($"{what}: {found} values where {wanted} are needed");
    }
}
