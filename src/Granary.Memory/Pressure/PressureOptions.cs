namespace Granary.Memory.Pressure;

/// <summary>Where the levels begin. A level is entered at once, and left when all of it has been below for <see cref="Calm"/> by <see cref="Slack"/>.</summary>
public sealed record PressureOptions
{
    /// <summary>Parts in use at which low, medium and high begin.</summary>
    public (double Low, double Medium, double High) Used { get; init; } = (0.80, 0.90, 0.95);

    /// <summary>Parts of the time stalled at which they begin.</summary>
    public (double Low, double Medium, double High) Stalled { get; init; } = (0.05, 0.20, 0.50);

    /// <summary>How far below its beginning a level ends, as a part of it.</summary>
    public double Slack { get; init; } = 0.05;

    /// <summary>How long a reading must have been below before a level is left, one level at a time.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromSeconds(10);

    internal PressureOptions Checked()
    {
        foreach (var (name, at) in new[] { (nameof(Used), Used), (nameof(Stalled), Stalled) })
            if (!(at.Low > 0 && at.Low < at.Medium && at.Medium < at.High && at.High <= 1)) throw new ArgumentException($"{name} is {at}: the levels begin in order, above 0 and up to 1", name);
        if (!(Slack is >= 0 and < 1) || Calm < TimeSpan.Zero) throw new ArgumentException($"Slack is {Slack}, Calm {Calm}: 0 to 1 and 0 or more are right");
        return this;
    }
}
