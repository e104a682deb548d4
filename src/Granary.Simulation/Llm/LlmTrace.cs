using System.Globalization;
using System.Text;
using Granary.Model;
using Granary.Scheduling;
using Granary.Simulation.Replay;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Llm;

/// <summary>
/// Requests to a language model as jobs of one slot: CSV with the header <c>TIMESTAMP,ContextTokens,GeneratedTokens</c>. A processor
/// is one slot of a server; requests without any token are left out and counted.
/// </summary>
public static class LlmTrace
{
    private const double MostTokens = 1e9;

    /// <exception cref="GranaryException">Invalid: <c>file:line: what, and what would be right</c>.</exception>
    public static Workload Load(string path, LlmCapacity capacity)
    {
        using var stream = TraceFile.OpenStream(path, out _);
        return Read(stream, path, capacity);
    }

    /// <inheritdoc cref="Load"/>
    public static Workload Read(Stream stream, string path, LlmCapacity capacity)
    {
        capacity.Validate();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var workload = new WorkloadBuilder(path);
        try
        {
            reader.ReadLine();
            for (var line = 2; reader.ReadLine() is { } text; line++)
                if (!string.IsNullOrWhiteSpace(text)) workload.Add(Request(text, path, line, capacity));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TraceFile.Unreadable(path, e);
        }
        workload.Note(string.Create(CultureInfo.InvariantCulture,
            $"a processor is one slot that reads {capacity.PromptTokensPerS:0.##} prompt tokens and writes {capacity.GeneratedTokensPerS:0.##} tokens a second"));
        return workload.Build();
    }

    private static Job Request(string text, string path, int line, LlmCapacity capacity)
    {
        var cells = text.Split(',');
        if (cells.Length < 3) throw Error(path, line, $"has {cells.Length} cells; a request has 3: time, context tokens, generated tokens");
        if (!DateTimeOffset.TryParse(cells[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            throw Error(path, line, $"'{Clip(cells[0])}' is no time; write it like 2023-11-16 18:17:03.98");
        var run = capacity.Seconds(Tokens(cells[1], "context", path, line), Tokens(cells[2], "generated", path, line));
        return new Job
        {
            Id = line - 1,
            Submit = Clock.ToMicros(at),
            Run = WorkloadBuilder.Micros(run),
            Processors = 1,
            User = -1,
            Group = -1,
            Queue = -1,
            Application = -1,
        };
    }

    private static double Tokens(string cell, string what, string path, int line) =>
        double.TryParse(cell, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var tokens)
        && tokens <= MostTokens
            ? tokens
            : throw Error(path, line, $"{what} tokens are '{Clip(cell)}'; they must be a number from 0 to {MostTokens}");

    private static string Clip(string text) => new([.. text.Trim().Take(32).Select(c => char.IsControl(c) ? '?' : c)]);

    private static GranaryException Error(string path, int line, string what) =>
        GranaryException.Invalid(string.Create(CultureInfo.InvariantCulture, $"{path}:{line}: {what}"));
}
