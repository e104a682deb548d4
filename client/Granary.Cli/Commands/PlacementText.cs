using System.Globalization;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>Which nodes a task may take, for people: what was filtered out, and how the rest compare.</summary>
internal static class PlacementText
{
    public static void Write(TextWriter output, PlacementExplanation placement)
    {
        if (placement.Note.Length > 0) output.WriteLine($"  placement: {placement.Note}");
        if (placement.Filtered.Count > 0)
            output.WriteLine($"  of {placement.Nodes} nodes: {string.Join(", ", placement.Filtered.Select(f => $"{f.Nodes} left out by {f.Filter}"))}");
        if (placement.Candidates.Count == 0) return;
        output.WriteLine($"  candidates by {placement.Scores}{(placement.Node.Length > 0 ? $" (now: {placement.Node})" : "")}:");
        foreach (var candidate in placement.Candidates)
            output.WriteLine($"    {candidate.Node} {Text(candidate.Total)} ({string.Join(", ", candidate.Parts.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key} {Text(p.Value)}"))})");
    }

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
