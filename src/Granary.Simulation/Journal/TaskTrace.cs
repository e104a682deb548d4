using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Model;
using Granary.Simulation.Replay;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Journal;

/// <summary>
/// Granary's own tasks as a workload: JSON lines, one task each, or the array that <c>granary tasks -o json</c> prints. Read are
/// <c>agent, priority, submitted, started, finished, deadline, duration</c> and <c>resources.cpu</c>; the rest is passed over.
/// </summary>
/// <remarks>Processors are counted in thousandths. Tasks that never ended are left out and counted. Memory and other resources are not replayed.</remarks>
public static class TaskTrace
{
    /// <summary>Thousandths of a CPU.</summary>
    public const int UnitsPerProcessor = 1000;

    /// <exception cref="GranaryException">Invalid: <c>file:line: what, and what would be right</c>.</exception>
    public static Workload Load(string path)
    {
        using var stream = TraceFile.OpenStream(path, out _);
        return Read(stream, path);
    }

    /// <inheritdoc cref="Load"/>
    public static Workload Read(Stream stream, string path)
    {
        var tasks = new TaskRecords(path);
        try
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            while (reader.Peek() is var c && c >= 0 && char.IsWhiteSpace((char)c)) reader.Read();
            if (reader.Peek() == '[') ReadArray(reader, path, tasks);
            else ReadLines(reader, path, tasks);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TraceFile.Unreadable(path, e);
        }
        return tasks.Build();
    }

    private static void ReadArray(StreamReader reader, string path, TaskRecords tasks)
    {
        using var document = Parse(reader.ReadToEnd(), path, 1);
        var number = 0;
        foreach (var task in document.RootElement.EnumerateArray())
        {
            number++;
            tasks.Add(task, string.Create(CultureInfo.InvariantCulture, $"{path}: task {number}"));
        }
    }

    private static void ReadLines(StreamReader reader, string path, TaskRecords tasks)
    {
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text)) continue;
            using var document = Parse(text, path, line);
            tasks.Add(document.RootElement, string.Create(CultureInfo.InvariantCulture, $"{path}:{line}"));
        }
    }

    private static JsonDocument Parse(string text, string path, int line)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            var at = line + (e.LineNumber ?? 0);
            throw GranaryException.Invalid(string.Create(CultureInfo.InvariantCulture,
                $"{path}:{at}: is not JSON (byte {e.BytePositionInLine} of the line); a line is one task, or the file is what 'granary tasks -o json' prints"));
        }
    }
}
