namespace Granary.Forecasting.Anomalies;

/// <summary>What a detector looks at and when it speaks. The defaults are one setting for every series; docs/anomalies.md says on what they were chosen.</summary>
public sealed record AnomalyOptions
{
    /// <summary>The season whose profile is learned.</summary>
    public TimeSpan Season { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Points whose mean is held against that of <see cref="Long"/>.</summary>
    public int Short { get; init; } = 24;

    public int Long { get; init; } = 288;

    /// <summary>How likely a point at most is among the usual, for it to be flagged, as -log10: 3.25 is one in 1,800.</summary>
    public double Threshold { get; init; } = 3.25;

    /// <summary>Points after which something a tenth as unusual as what was just seen is news again.</summary>
    public int Quiet { get; init; } = 80;

    /// <summary>The weight that the past keeps from one point to the next: about how many points are remembered is 1 / (1 - this).</summary>
    public double Memory { get; init; } = 0.9995;

    /// <summary>The smallest deviation worth telling of, in the unit of the values; smaller ones are usual however rare they are. 0 for any.</summary>
    public double Least { get; init; }

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public AnomalyOptions Validated()
    {
        Check(Season > TimeSpan.Zero, $"Season is {Season}: over 0");
        Check(Short >= 2 && Long > Short && Long <= 100_000, $"Short is {Short} and Long {Long}: 2 or more, and more than that up to 100,000");
        Check(Threshold is > 0 and <= 300, $"Threshold is {Threshold}: over 0 up to 300 (-log10 of a probability)");
        Check(Quiet is >= 1 and <= 1_000_000, $"Quiet is {Quiet}: 1 to a million points");
        Check(Least >= 0 && double.IsFinite(Least), $"Least is {Least}: 0 or more");
        Check(Memory is >= 0.9 and <= 1, $"Memory is {Memory}: 0.9 to 1");
        return this;
    }

    private static void Check(bool holds, string message)
    {
        if (!holds) throw new ArgumentException(message);
    }
}
