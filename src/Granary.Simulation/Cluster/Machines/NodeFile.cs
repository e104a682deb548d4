using System.Globalization;
using System.Text;
using Granary.Model;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Cluster.Machines;

/// <summary>
/// Kinds of nodes from a CSV file with a header: <c>name,processors</c> and, if wanted, <c>count</c> (1), <c>slowness</c> (1) and <c>price</c>
/// (per node and hour, 1), in any order.
/// </summary>
public static class NodeFile
{
    /// <summary>The most processors that can be simulated; in thousandths they still are whole numbers of 32 bits.</summary>
    private const int MaxProcessors = 2_000_000;

    private static readonly string[] Known = ["name", "processors", "count", "slowness", "price"];

    /// <exception cref="GranaryException">Invalid: <c>file:line: what, and what would be right</c>.</exception>
    public static IReadOnlyList<NodeKind> Load(string path)
    {
        using var stream = TraceFile.OpenStream(path, out _);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        try
        {
            return Read(reader, path);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TraceFile.Unreadable(path, e);
        }
    }

    /// <summary>A number of single processors, or a file of kinds.</summary>
    /// <exception cref="GranaryException">Invalid.</exception>
    public static ClusterSpec Cluster(string nodes)
    {
        if (long.TryParse(nodes, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)) return Cluster(count, "--nodes is");
        return new ClusterSpec { Nodes = [.. Load(nodes).SelectMany(k => Enumerable.Repeat(new ClusterNode(k.Processors, k.Slowness), k.Count))] };
    }

    /// <summary>A number of single processors.</summary>
    /// <param name="said">Who says so; what an error begins with.</param>
    /// <exception cref="GranaryException">Invalid, when it is none or too many.</exception>
    public static ClusterSpec Cluster(long processors, string said) => processors is >= 1 and <= MaxProcessors
        ? ClusterSpec.Uniform((int)processors)
        : throw GranaryException.Invalid($"{said} {processors}; it must be 1 to {MaxProcessors} processors, or --nodes FILE");

    private static List<NodeKind> Read(StreamReader reader, string path)
    {
        var kinds = new List<NodeKind>();
        string[]? header = null;
        var total = 0L;
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text) || text[0] == '#') continue;
            var cells = text.Split(',', StringSplitOptions.TrimEntries);
            if (header is null)
            {
                header = Header(cells, $"{path}:{line}");
                continue;
            }
            if (cells.Length != header.Length) throw Error(path, line, $"has {cells.Length} cells and the header {header.Length}");
            var kind = Kind(header, cells, path, line);
            if (kinds.Exists(k => k.Name == kind.Name)) throw Error(path, line, $"names '{kind.Name}' again; give it a name of its own");
            kinds.Add(kind);
            total += (long)kind.Count * kind.Processors;
            if (total > MaxProcessors) throw Error(path, line, $"brings the processors to {total}; at most {MaxProcessors} can be simulated");
        }
        if (kinds.Count == 0) throw GranaryException.Invalid($"{path}: has no nodes; write a header name,processors,count and a line for each kind");
        return kinds;
    }

    private static string[] Header(string[] cells, string place)
    {
        var header = cells.Select(c => c.ToLowerInvariant()).ToArray();
        foreach (var cell in header)
            if (!Known.Contains(cell))
                throw GranaryException.Invalid($"{place}: '{cell}' is no column of a list of nodes; it can have {string.Join(", ", Known)}");
        if (header.Distinct().Count() != header.Length) throw GranaryException.Invalid($"{place}: a column is named twice");
        if (!header.Contains("processors")) throw GranaryException.Invalid($"{place}: there is no column 'processors'; begin with name,processors,count");
        return header;
    }

    private static NodeKind Kind(string[] header, string[] cells, string path, int line)
    {
        double Number(string column, double missing, double least, double most)
        {
            var at = Array.IndexOf(header, column);
            if (at < 0) return missing;
            if (!double.TryParse(cells[at], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value < least || value > most)
                throw Error(path, line, string.Create(CultureInfo.InvariantCulture, $"{column} is '{cells[at]}'; it must be a number from {least} to {most}"));
            return value;
        }

        int Whole(string column, int missing)
        {
            var value = Number(column, missing, 1, MaxProcessors);
            return value == Math.Floor(value) ? (int)value : throw Error(path, line, $"{column} is {value}; it must be a whole number");
        }

        var name = Array.IndexOf(header, "name") is var at and >= 0 ? cells[at] : $"node-{line}";
        return new NodeKind(name, Whole("processors", 1), Whole("count", 1), Number("slowness", 1, 0.001, 1_000_000), Number("price", 1, 0, 1e12));
    }

    private static GranaryException Error(string path, int line, string what) => GranaryException.Invalid($"{path}:{line}: {what}");
}
