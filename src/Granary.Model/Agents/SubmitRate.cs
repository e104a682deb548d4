using System.Globalization;
using Orleans;

namespace Granary.Model;

/// <summary>How many tasks an agent may submit to a pool: a bucket of <paramref name="Burst"/> tokens that fills at a rate; every task takes one.</summary>
/// <param name="PerSecond">Tasks a second in the long run, over 0 and up to 1,000,000.</param>
/// <param name="Burst">Tasks that may come at once, 1 to 10,000,000; the largest batch there can be.</param>
[GenerateSerializer, Immutable, Alias("Granary.SubmitRate")]
public sealed record SubmitRate([property: Id(0)] double PerSecond, [property: Id(1)] int Burst)
{
    public const double Fastest = 1_000_000;
    public const int LargestBurst = 10_000_000;

    private static readonly (string Unit, double Seconds)[] Units = [("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>One second's worth, at least one task.</summary>
    public static int DefaultBurst(double perSecond) => (int)Math.Clamp(Math.Ceiling(perSecond), 1, LargestBurst);

    /// <summary>Reads <c>100/s</c>, <c>90/m</c> or <c>5000/h</c> as tasks a second.</summary>
    public static bool TryParseRate(string text, out double perSecond)
    {
        perSecond = 0;
        if (text.Split('/') is not [var number, var unit]) return false;
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) return false;
        foreach (var (name, seconds) in Units)
            if (unit == name) perSecond = count / seconds;
        return perSecond is > 0 and <= Fastest;
    }

    /// <summary>What is wrong with it, in words; null when nothing is.</summary>
    public string? Problem() => this switch
    {
        { PerSecond: not (> 0 and <= Fastest) } => FormattableString.Invariant($"rate {PerSecond}/s is not valid; use more than 0 and at most {Fastest:F0} tasks a second"),
        { Burst: < 1 or > LargestBurst } => FormattableString.Invariant($"burst {Burst} is not valid; use 1 to {LargestBurst} tasks"),
        _ => null,
    };

    /// <summary>The rate as files write it: exactly in tasks a second, else a minute or an hour.</summary>
    public string RateText()
    {
        foreach (var (unit, seconds) in Units)
            if ((PerSecond * seconds).ToString("0.######", CultureInfo.InvariantCulture) is var text
                && TryParseRate($"{text}/{unit}", out var back) && back.Equals(PerSecond)) return $"{text}/{unit}";
        return PerSecond.ToString("R", CultureInfo.InvariantCulture) + "/s";
    }
}
