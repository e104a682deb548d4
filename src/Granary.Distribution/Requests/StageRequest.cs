using Granary.Abstractions.Json;
using Granary.Distribution.Partitioning;
using Granary.Model;

namespace Granary.Distribution.Requests;

/// <summary>A command and the partitions that it runs over.</summary>
public record StageRequest
{
    /// <summary>Of the stage, and of its tasks.</summary>
    public string? Name { get; init; }

    /// <summary>A list is a program and its arguments, a text a line for <c>/bin/sh -c</c>. <c>{}</c> is the partition's input (its number, where it has none); <c>{partition}</c>, <c>{count}</c>, <c>{offset}</c>, <c>{length}</c> and <c>{output}</c> stand for what they say.</summary>
    public WorkCommand? Command { get; init; }

    /// <summary>In-process handler instead of a command; one partition a task.</summary>
    public string? Handler { get; init; }

    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>Working directory, absolute.</summary>
    public string? Workdir { get; init; }

    /// <summary>What one task holds.</summary>
    public ResourceSet? Resources { get; init; }
    public int? Priority { get; init; }

    /// <summary>Your estimate of the run time of a partition.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>A partition is stopped after running this long; a batch after as many times that.</summary>
    public TimeSpan? TimeLimit { get; init; }

    public TimeSpan? KillGrace { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public PlacementJson? Placement { get; init; }

    /// <summary>How the work is cut: <c>count</c> (when not given), <c>size</c> or <c>data</c>.</summary>
    public PartitionBy? PartitionBy { get; init; }

    /// <summary>By count: how many.</summary>
    public int? Partitions { get; init; }

    /// <summary>By size: about how much goes into one.</summary>
    public WorkBytes? PartitionSize { get; init; }

    /// <summary>By size: larger inputs are cut into ranges.</summary>
    public bool? Split { get; init; }

    /// <summary>What it is about.</summary>
    public IReadOnlyList<InputRequest>? Inputs { get; init; }

    /// <summary>A directory that every node sees: a partition's standard output becomes a file there, once.</summary>
    public string? Output { get; init; }

    /// <summary>Earlier stages that come first.</summary>
    public IReadOnlyList<string>? After { get; init; }

    /// <summary>Waits for <c>all</c> partitions of those (when not given), or partition i for partition i of <c>each</c>.</summary>
    public WorkFlow? Flow { get; init; }

    internal WorkStage ToStage(string at, string agent, string name, IReadOnlyList<WorkStage> before)
    {
        var spec = new TaskSpec { Agent = agent };
        var output = Output ?? "";
        return new WorkStage
        {
            Name = name,
            Task = spec with
            {
                Name = name,
                Command = Command?.Words ?? [],
                Shell = Command?.Line ?? false,
                Handler = Handler ?? "",
                Environment = Env,
                WorkingDirectory = Workdir ?? "",
                Resources = Resources ?? new ResourceSet { CpuMilli = Handler is { Length: > 0 } ? 0 : 1000 },
                Priority = Priority ?? 0,
                Duration = Duration,
                TimeLimit = TimeLimit,
                KillGrace = KillGrace ?? spec.KillGrace,
                Labels = Labels,
                Terms = Placement is { } placement ? new TaskTerms { Placement = placement.ToTerms($"{at}placement") } : null,
            },
            Partitions = Cut(at, before),
            After = After ?? [],
            Flow = Flow ?? WorkFlow.All,
            Output = output,
        };
    }

    private IReadOnlyList<WorkPartition> Cut(string at, IReadOnlyList<WorkStage> before)
    {
        var inputs = (Inputs ?? []).Select((input, i) => input is null ? throw GranaryException.Invalid($"{at}inputs[{i}]: is null; leave it out") : new WorkInput(input.Path, input.Bytes, input.At)).ToArray();
        if (Inputs is { Count: 0 }) throw Wrong("inputs", "are none; give at least one, or leave inputs out and give a count");
        if (Partitions < 1 || Partitions > WorkSpec.MostPartitions) throw Wrong("partitions", FormattableString.Invariant($"is {Partitions}; expected 1 to {WorkSpec.MostPartitions}"));
        var by = PartitionBy ?? (PartitionSize is not null ? Requests.PartitionBy.Size : Inputs is not null && Partitions is null ? Requests.PartitionBy.Data : Requests.PartitionBy.Count);
        if (by != Requests.PartitionBy.Size && (PartitionSize is not null || Split is not null)) throw Wrong(Split is null ? "partition_size" : "split", "is for partition_by size; leave it out, or say so");
        if (by != Requests.PartitionBy.Count && Partitions is not null) throw Wrong("partitions", "is for partition_by count; leave it out, or say so");
        switch (by)
        {
            case Requests.PartitionBy.Size:
                if (inputs.Length == 0) throw Wrong("inputs", "are missing; partition_by size cuts inputs that say their size");
                if (PartitionSize is not { Bytes: > 0 } size) throw Wrong("partition_size", "is missing or 0; say how much goes into one partition, like \"64Mi\"");
                if (Array.FindIndex(inputs, i => i.Bytes == 0) is >= 0 and var unknown) throw Wrong($"inputs[{unknown}]", "has no size; partition_by size needs it: {\"path\": ..., \"size\": \"10Mi\"}");
                if (Split == true && inputs.Sum(i => (double)(i.Bytes / size.Bytes)) > WorkSpec.MostPartitions) throw Wrong("partition_size", FormattableString.Invariant($"cuts the inputs into more than {WorkSpec.MostPartitions} partitions; make it larger"));
                return Partitioner.BySize(inputs, size.Bytes, Split ?? false);
            case Requests.PartitionBy.Data:
                return inputs.Length > 0 ? Partitioner.ByData(inputs) : throw Wrong("inputs", "are missing; partition_by data makes a partition of each");
            default:
                // one for each of a stage that it follows step by step
                var count = Partitions ?? (Flow == WorkFlow.Each && After is { Count: > 0 } ? before.FirstOrDefault(b => b.Name == After[0])?.Partitions.Count : null)
                    ?? throw Wrong("partitions", "is missing; say how many, or give inputs");
                if (inputs.Length > 0) return Partitioner.ByCount(inputs, count);
                var first = Flow == WorkFlow.Each && After is { Count: > 0 } ? before.FirstOrDefault(b => b.Name == After[0]) : null;
                // step by step, its input is what the stage before wrote
                return first is { Output.Length: > 0 } && first.Partitions.Count == count
                    ? [.. Enumerable.Range(0, count).Select(p => new WorkPartition([Commands.BatchCommand.OutputOf(first, p)]))]
                    : Partitioner.ByCount(count);
        }

        GranaryException Wrong(string field, string message) => GranaryException.Invalid($"{at}{field}: {message}");
    }
}
