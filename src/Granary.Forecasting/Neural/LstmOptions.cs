namespace Granary.Forecasting.Neural;

/// <summary>The size of a recurrent network and how it is trained.</summary>
public sealed record LstmOptions
{
    /// <summary>Cells a layer; a multiple of 16, 16 to 256.</summary>
    public int Hidden { get; init; } = 16;

    /// <summary>1 to 4.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Steps ahead that it is trained for, 1 to 100,000. Beyond them the last correction of the seasonal base is held.</summary>
    public int Horizon { get; init; } = 48;

    /// <summary>Season lengths in steps, shortest first; those of which the history holds three or fewer are left out.</summary>
    public IReadOnlyList<int> Seasons { get; init; } = [];

    /// <summary>Steps through which an error is carried back: truncated back-propagation through time.</summary>
    public int Truncation { get; init; } = 32;

    public double LearningRate { get; init; } = 0.002;

    /// <summary>The longest that a gradient may be (Euclidean norm); a longer one is scaled down to it.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>The part of the window at its end that decides when to stop; 0.05 to 0.5.</summary>
    public double Validation { get; init; } = 0.2;

    public int MaxEpochs { get; init; } = 60;

    /// <summary>Epochs without a better validation before training ends with the best weights seen.</summary>
    public int Patience { get; init; } = 8;

    /// <summary>Whether the number of epochs that validation chose is then done again with the whole window.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>Weights, and the order in which the window is cut, come from it: same seed, same history, same weights on machines with the same vector width.</summary>
    public int Seed { get; init; } = 1;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public LstmOptions Validated()
    {
        Check(Hidden is >= 16 and <= 256 && Hidden % 16 == 0, $"Hidden is {Hidden}: a multiple of 16 from 16 to 256");
        Check(Layers is >= 1 and <= 4, $"Layers is {Layers}: 1 to 4");
        Check(Horizon is >= 1 and <= 100_000, $"Horizon is {Horizon}: 1 to 100,000 steps");
        Check(Seasons.Count <= 4 && Seasons.All(s => s is >= 2 and <= 1_000_000), $"Seasons are [{string.Join(", ", Seasons)}]: up to four of 2 to 1,000,000 steps");
        Check(Truncation is >= 2 and <= 1024, $"Truncation is {Truncation}: 2 to 1,024 steps");
        Check(LearningRate is > 0 and <= 1, $"LearningRate is {LearningRate}: over 0, up to 1");
        Check(ClipNorm is > 0 and <= 1e6, $"ClipNorm is {ClipNorm}: over 0, up to a million");
        Check(Validation is >= 0.05 and <= 0.5, $"Validation is {Validation}: 0.05 to 0.5");
        Check(MaxEpochs is >= 1 and <= 100_000 && Patience >= 1, $"MaxEpochs is {MaxEpochs} and Patience {Patience}: 1 or more");
        return this;
    }

    private static void Check(bool holds, string message)
    {
        if (!holds) throw new ArgumentException(message);
    }
}
