namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>A cell that changed, and what it held before.</summary>
internal readonly record struct Past(int Cell, Value Was);

/// <summary>
/// What a thread's loads may answer when they need not keep their order: every load is satisfied at some moment since the last acquire, and within the operation.
/// Moments are places in the list of changes; after the last of them is now.
/// </summary>
/// <param name="Past">What has changed since the earliest moment.</param>
/// <param name="Floors">By cell, sorted: the moment that a load of it has seen already, which no later load of it goes behind.</param>
internal sealed record Sight(Past[] Past, (int Cell, int At)[] Floors)
{
    public static readonly Sight Now = new([], []);

    /// <summary>Somebody changed a cell.</summary>
    public Sight Changed(int cell, Value was) => this with { Past = [.. Past, new(cell, was)] };

    /// <summary>Moments at which a load of the cell sees different values, the latest first; of those with the same value the earliest, which leaves most to what comes after.</summary>
    public List<int> Moments(int cell)
    {
        var from = FloorOf(cell);
        var moments = new List<int> { from };
        for (var i = from; i < Past.Length; i++)
            if (Past[i].Cell == cell) moments.Add(i + 1);
        moments.Reverse();
        return moments;
    }

    /// <summary>What the cell held at a moment, which is <paramref name="current"/> when it has not changed since.</summary>
    public Value At(int cell, int moment, Value current)
    {
        for (var i = moment; i < Past.Length; i++)
            if (Past[i].Cell == cell) return Past[i].Was;
        return current;
    }

    /// <summary>A plain load saw the cell at a moment.</summary>
    public Sight Seen(int cell, int moment) => this with { Floors = [.. Floors.Where(f => f.Cell != cell).Append((Cell: cell, At: moment)).OrderBy(f => f.Cell)] };

    /// <summary>An acquire did: nothing after it is older.</summary>
    public Sight From(int cell, int moment) =>
        new(Past[moment..], [.. Seen(cell, moment).Floors.Where(f => f.At > moment).Select(f => f with { At = f.At - moment })]);

    private int FloorOf(int cell)
    {
        foreach (var (known, at) in Floors)
            if (known == cell) return at;
        return 0;
    }
}
