using System.Buffers;

namespace Granary.Client;

/// <summary>A value of a fleet file with its line, the same for YAML and JSON.</summary>
internal abstract record FleetNode(int Line);

/// <param name="Line">From 1.</param>
/// <param name="Text">As it stands, unescaped.</param>
/// <param name="Plain">Written without quotes: a number, a truth value or nothing, if it looks like one.</param>
internal sealed record ScalarNode(int Line, string Text, bool Plain) : FleetNode(Line)
{
    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";
}

internal sealed record ListNode(int Line, IReadOnlyList<FleetNode> Items) : FleetNode(Line);

internal sealed record MapNode(int Line, IReadOnlyList<MapEntry> Entries) : FleetNode(Line);

internal sealed record MapEntry(string Key, int Line, FleetNode Value);

/// <summary>Bounds on what a file may make its reader build.</summary>
internal static class TreeLimits
{
    public const int MaxDepth = 32;
    public const int MaxNodes = 1_000_000;

    /// <summary>Characters that no text file holds: controls other than tab and line ends.</summary>
    public static readonly SearchValues<char> Binary = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(c => (char)c).Where(c => c is not ('\t' or '\n' or '\r')), '\u007f']);
}

/// <summary>The file cannot be read further.</summary>
internal sealed class TreeException(int line, string message) : Exception(message)
{
    public int Line => line;
}

/// <summary>Builds maps and lists for either format and keeps the bounds.</summary>
internal sealed class TreeBuilder(FleetProblems problems)
{
    private int _nodes;
    private int _depth;

    public void Count(int line)
    {
        if (++_nodes > TreeLimits.MaxNodes)
            throw new TreeException(line, "holds more than 1,000,000 values; write arrays of tasks with 'count'");
    }

    public void Enter(int line)
    {
        if (++_depth > TreeLimits.MaxDepth) throw new TreeException(line, $"is nested deeper than {TreeLimits.MaxDepth} levels; no part of a fleet needs that");
    }

    public void Exit() => _depth--;

    public void Add(List<MapEntry> entries, Dictionary<string, int> seen, MapEntry entry)
    {
        if (seen.TryAdd(entry.Key, entry.Line)) entries.Add(entry);
        else problems.Add(entry.Line, $"'{Quoting.Clip(entry.Key)}' is here twice, first in line {seen[entry.Key]}; remove one of them");
    }
}
