namespace Granary.Cli.Load;

/// <summary>What a load program asks of a server.</summary>
internal enum LoadCall
{
    /// <summary>A batch of tasks, durable when answered.</summary>
    Submit,

    /// <summary>A page of an agent's newest tasks.</summary>
    Query,

    /// <summary>Until the task submitted last has ended.</summary>
    Wait,

    /// <summary>Of the task submitted last.</summary>
    Cancel,
}

/// <summary>How often each call comes, in parts of the whole.</summary>
internal sealed record LoadMix(IReadOnlyList<double> Parts)
{
    public static LoadMix SubmitOnly { get; } = new([1, 0, 0, 0]);

    /// <summary>Mostly submissions, some of everything.</summary>
    public static LoadMix Everyday { get; } = new([90, 5, 3, 2]);

    /// <summary>Reads <c>submit=90,query=5,wait=3,cancel=2</c>; what is not named does not come.</summary>
    public static bool TryParse(string text, out LoadMix mix)
    {
        var parts = new double[Enum.GetValues<LoadCall>().Length];
        mix = SubmitOnly;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Split('=') is not [var name, var amount] || int.TryParse(name, out _) || !Enum.TryParse<LoadCall>(name, ignoreCase: true, out var call)
                || !double.TryParse(amount, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var part)
                || !(part >= 0) || !double.IsFinite(part))
                return false;
            parts[(int)call] = part;
        }
        if (parts.Sum() <= 0) return false;
        mix = new LoadMix(parts);
        return true;
    }

    /// <summary>The call for a number that is evenly spread over 0 to 1.</summary>
    public LoadCall Choose(double draw)
    {
        var rest = draw * Parts.Sum();
        for (var i = 0; i < Parts.Count; i++)
        {
            rest -= Parts[i];
            if (rest < 0) return (LoadCall)i;
        }
        return (LoadCall)Parts.ToList().FindLastIndex(p => p > 0);
    }
}
