using System.Globalization;
using System.Text.Json;
using Granary.Model;
using Granary.Scheduling;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Journal;

/// <summary>Tasks as jobs, with their agents numbered as they come.</summary>
internal sealed class TaskRecords(string path)
{
    private readonly WorkloadBuilder _workload = new(path);
    private readonly Dictionary<string, int> _agents = new(StringComparer.Ordinal);
    private readonly List<(long At, int Change)> _busy = [];
    private long _count;

    /// <param name="task">One task.</param>
    /// <param name="place">What errors begin with.</param>
    public void Add(JsonElement task, string place)
    {
        if (task.ValueKind != JsonValueKind.Object) throw GranaryException.Invalid($"{place}: is no task; a task is an object with agent, submitted, started, finished");
        _count++;
        var submitted = Time(task, "submitted", place) ?? throw GranaryException.Invalid($"{place}: has no 'submitted'; it must be a time like 2026-01-31T12:00:00Z");
        var (started, finished) = (Time(task, "started", place), Time(task, "finished", place));
        var cpu = Cpu(task, place);
        if (finished > started) _busy.AddRange([(started.Value, cpu), (finished.Value, -cpu)]);
        _workload.Add(new Job
        {
            Id = _count,
            Submit = submitted,
            Run = started is { } s && finished is { } f ? f - s : 0,
            Estimate = Duration(task, place),
            Processors = cpu,
            User = Agent(task, place),
            Group = -1,
            Queue = -1,
            Application = -1,
            Priority = Priority(task, place),
            Deadline = Time(task, "deadline", place) ?? 0,
        });
    }

    public Workload Build()
    {
        _workload.Note("of resources only CPU is replayed");
        var machine = MostBusy();
        _workload.Note(string.Create(CultureInfo.InvariantCulture, $"tasks do not say how large the machine was: at most {machine} processors were busy at once, and --nodes takes that when it is not given"));
        return _workload.Build(machine * TaskTrace.UnitsPerProcessor, [.. _agents.Keys], TaskTrace.UnitsPerProcessor);
    }

    /// <summary>The most processors that were in use at one moment, rounded up. Of one moment, ends come first.</summary>
    private int MostBusy()
    {
        _busy.Sort();
        var (now, most) = (0L, 0L);
        foreach (var (_, change) in _busy) most = Math.Max(most, now += change);
        return (int)Math.Min((most + TaskTrace.UnitsPerProcessor - 1) / TaskTrace.UnitsPerProcessor, int.MaxValue / TaskTrace.UnitsPerProcessor);
    }

    private int Agent(JsonElement task, string place)
    {
        var name = Value(task, "agent") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
        if (!Names.IsValid(name)) throw GranaryException.Invalid($"{place}: 'agent' is missing or no id; use {Names.Rule}");
        if (!_agents.TryGetValue(name, out var number)) _agents[name] = number = _agents.Count;
        return number;
    }

    private static int Priority(JsonElement task, string place)
    {
        if (Value(task, "priority") is not { } value) return 0;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var priority)) return priority;
        throw GranaryException.Invalid($"{place}: 'priority' is {Shown(value)}; it must be a whole number");
    }

    /// <summary>A task that names no CPU holds one, as it would in a pool.</summary>
    private static int Cpu(JsonElement task, string place)
    {
        if (Value(task, "resources") is not { } resources) return TaskTrace.UnitsPerProcessor;
        if (resources.ValueKind != JsonValueKind.Object) throw GranaryException.Invalid($"{place}: 'resources' is {Shown(resources)}; write {{\"cpu\": \"500m\"}}");
        if (Value(resources, ResourceNames.Cpu) is not { } cpu) return TaskTrace.UnitsPerProcessor;
        var text = cpu.ValueKind == JsonValueKind.String ? cpu.GetString()! : cpu.GetRawText();
        if (!Quantity.TryParse(ResourceNames.Cpu, text, out var amount, out var error)) throw GranaryException.Invalid($"{place}: {error}");
        return (int)amount;
    }

    private static long Duration(JsonElement task, string place)
    {
        if (Value(task, "duration") is not { } value) return 0;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= Workload.MaxSeconds) return WorkloadBuilder.Micros(seconds);
        if (value.ValueKind == JsonValueKind.String && Durations.TryParse(value.GetString()!, out var span, out _)) return Clock.ToMicros(span);
        throw GranaryException.Invalid($"{place}: 'duration' is {Shown(value)}; it must be seconds, or text like 30s");
    }

    private static long? Time(JsonElement task, string name, string place)
    {
        if (Value(task, name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return Clock.ToMicros(time);
        throw GranaryException.Invalid($"{place}: '{name}' is {Shown(value)}; it must be a time like 2026-01-31T12:00:00Z");
    }

    /// <summary>Null for what is absent or null.</summary>
    private static JsonElement? Value(JsonElement task, string name) =>
        task.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return new([.. (text.Length <= 40 ? text : text[..37] + "...").Select(c => char.IsControl(c) ? ' ' : c)]);
    }
}
