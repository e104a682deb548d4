using System.Globalization;
using Granary.Model;
using Granary.Simulation.Replay;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Swf;

/// <summary>A trace in Standard Workload Format as a workload.</summary>
/// <remarks>
/// Processors are those requested, else those allocated. A missing estimate is the run time. Jobs without a run time (cancelled before they
/// started) or without processors are left out and counted; a submit time below 0 is an error.
/// </remarks>
public static class SwfTrace
{
    /// <exception cref="GranaryException">Invalid: <c>file:line: what, and what would be right</c>.</exception>
    public static Workload Load(string path)
    {
        using var stream = TraceFile.OpenStream(path, out _);
        return Read(stream, path);
    }

    /// <inheritdoc cref="Load"/>
    public static Workload Read(Stream stream, string path)
    {
        var reader = new SwfReader(stream, path);
        var workload = new WorkloadBuilder(path);
        while (reader.Read(out var record)) workload.Add(ToJob(reader, record));
        var processors = reader.HeaderNumber("MaxProcs");
        return workload.Build(processors > 0 ? processors : reader.HeaderNumber("MaxNodes"));
    }

    private static Job ToJob(SwfReader reader, in SwfRecord record)
    {
        var submit = record[SwfField.SubmitTime];
        if (submit < 0) throw reader.Error(0, Text($"field 2 (submit time) is {submit}; it must be 0 or more"));
        return new Job
        {
            Id = (long)record[SwfField.JobNumber],
            Submit = Time(reader, record, SwfField.SubmitTime),
            Run = Time(reader, record, SwfField.RunTime),
            Estimate = Time(reader, record, SwfField.RequestedTime),
            Processors = Processors(reader, record),
            User = Number(record[SwfField.User]),
            Group = Number(record[SwfField.Group]),
            Queue = Number(record[SwfField.Queue]),
            Application = Number(record[SwfField.Application]),
        };
    }

    private static int Processors(SwfReader reader, in SwfRecord record)
    {
        var field = record[SwfField.RequestedProcessors] > 0 ? SwfField.RequestedProcessors : SwfField.AllocatedProcessors;
        var value = record[field];
        if (value > int.MaxValue) throw reader.Error(0, Text($"field {(int)field + 1} ({SwfFields.Name((int)field)}) is {value}; it must be at most {int.MaxValue}"));
        return (int)value;
    }

    private static long Time(SwfReader reader, in SwfRecord record, SwfField field)
    {
        var value = record[field];
        if (value > Workload.MaxSeconds)
            throw reader.Error(0, Text($"field {(int)field + 1} ({SwfFields.Name((int)field)}) is {value}; it must be at most {Workload.MaxSeconds} seconds"));
        return WorkloadBuilder.Micros(value);
    }

    private static int Number(double value) => value is >= 0 and <= int.MaxValue ? (int)value : -1;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
