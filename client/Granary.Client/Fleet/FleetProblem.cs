namespace Granary.Client;

/// <summary>One thing that is wrong with a fleet.</summary>
/// <param name="File">As the user named it; empty for a fleet built in code.</param>
/// <param name="Line">From 1; 0 when it is not about a line.</param>
/// <param name="Message">One line: what is wrong, and what would be right.</param>
public sealed record FleetProblem(string File, int Line, string Message)
{
    /// <summary><c>file:line: message</c>.</summary>
    public override string ToString() => (File.Length, Line) switch
    {
        (0, _) => Message,
        (_, 0) => $"{File}: {Message}",
        _ => $"{File}:{Line}: {Message}",
    };
}

/// <summary>Collects problems; keeps a bounded number and counts the rest.</summary>
internal sealed class FleetProblems(string file)
{
    private const int Kept = 10_000;

    private readonly List<FleetProblem> _all = [];

    public string File => file;

    public int Count { get; private set; }

    /// <summary>So many that none further will be shown: no more work goes into their wording.</summary>
    public bool Plenty => Count >= 200;

    public void Add(int line, string message)
    {
        Count++;
        if (_all.Count < Kept) _all.Add(new FleetProblem(file, line, message));
    }

    /// <summary>The first <paramref name="limit"/> by line; the order of finding within a line.</summary>
    public IReadOnlyList<FleetProblem> First(int limit) => [.. _all.OrderBy(p => p.Line).Take(limit)];
}
