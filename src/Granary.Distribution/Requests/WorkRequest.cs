using System.Text.Json.Serialization;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Distribution.Requests;

/// <summary>Work in partitions as files and REST write it: the fields of its only stage, or <c>stages</c>.</summary>
public record WorkRequest : StageRequest
{
    /// <summary>Whose share it uses; required.</summary>
    public string? Agent { get; init; }

    /// <summary>Where it runs; <c>default</c> when not given.</summary>
    public string? Pool { get; init; }

    /// <summary>A pipeline, in an order in which each comes after those it waits for.</summary>
    public IReadOnlyList<StageRequest>? Stages { get; init; }

    /// <summary>How small partitions are put together.</summary>
    public BatchRequest? Batch { get; init; }

    /// <summary>Whether and when idle nodes take what lies elsewhere.</summary>
    public StealingRequest? Stealing { get; init; }

    /// <summary>Whether and when stragglers are run again.</summary>
    public SpeculationRequest? Speculation { get; init; }

    /// <summary>Further tries of a partition that fails; 3 when not given.</summary>
    public int? Retries { get; init; }

    /// <summary>When a partition fails every time: <c>fail</c> (when not given) or <c>skip</c> it.</summary>
    public PoisonPolicy? OnPoison { get; init; }

    /// <summary>Most tasks at once; as many as there is room for when not given.</summary>
    public int? Workers { get; init; }

    /// <summary>A stage pauses while this many of its results wait for the next; 256 when not given.</summary>
    public int? Ahead { get; init; }

    /// <summary>The work that is asked for.</summary>
    /// <exception cref="GranaryException">Invalid, with the field.</exception>
    public WorkSpec ToSpec()
    {
        if (Agent is not { Length: > 0 } agent) throw GranaryException.Invalid("agent: is missing; say whose share it uses");
        var stages = new List<WorkStage>();
        if (Stages is null) stages.Add(ToStage("", agent, Name is { Length: > 0 } only ? only : "work", []));
        else if (Command is not null || Handler is not null || Inputs is not null || Partitions is not null) throw GranaryException.Invalid("stages: are given together with a command, inputs or partitions; move those into a stage");
        else
            for (var i = 0; i < Stages.Count; i++)
            {
                var stage = Stages[i] ?? throw GranaryException.Invalid($"stages[{i}]: is null; leave it out");
                stages.Add(stage.ToStage($"stages[{i}].", agent, stage.Name is { Length: > 0 } name ? name : FormattableString.Invariant($"stage-{i + 1}"), stages));
            }
        var policy = new WorkPolicy();
        var spec = new WorkSpec
        {
            Name = Name ?? "",
            Agent = agent,
            Pool = Pool ?? TaskId.DefaultPool,
            Stages = stages,
            Policy = policy with
            {
                BatchGoal = Batch?.Goal ?? policy.BatchGoal,
                MostPerBatch = Batch?.Most ?? policy.MostPerBatch,
                Stealing = Stealing?.Enabled ?? policy.Stealing,
                LocalityDelay = Stealing?.Delay ?? policy.LocalityDelay,
                Speculation = Speculation?.Enabled ?? policy.Speculation,
                SpeculationShare = Speculation?.Share ?? policy.SpeculationShare,
                SlowerThan = Speculation?.SlowerThan ?? policy.SlowerThan,
                SpeculateAfter = Speculation?.After ?? policy.SpeculateAfter,
                Retries = Retries ?? policy.Retries,
                OnPoison = OnPoison ?? policy.OnPoison,
                Workers = Workers ?? policy.Workers,
                Ahead = Ahead ?? policy.Ahead,
            },
        };
        WorkRules.Check(spec);
        return spec;
    }
}

/// <summary>How small partitions are put together.</summary>
public sealed record BatchRequest
{
    /// <summary>What a task should take; 5s when not given, 0s for one partition a task.</summary>
    public TimeSpan? Goal { get; init; }

    /// <summary>Partitions in one task; 64 when not given.</summary>
    public int? Most { get; init; }
}

/// <summary>Whether and when idle nodes take what lies elsewhere.</summary>
public sealed record StealingRequest
{
    public bool? Enabled { get; init; }

    /// <summary>How long a node with room waits for data of its own; 3s when not given.</summary>
    public TimeSpan? Delay { get; init; }
}

/// <summary>Whether and when stragglers are run again.</summary>
public sealed record SpeculationRequest
{
    public bool? Enabled { get; init; }

    /// <summary>Copies at once, as a part of the tasks that can run; 0.1 when not given, and at least one.</summary>
    public double? Share { get; init; }

    /// <summary>How many times as long as the others; 1.5 when not given.</summary>
    public double? SlowerThan { get; init; }

    /// <summary>Never before it has run so long; 1s when not given.</summary>
    public TimeSpan? After { get; init; }
}

/// <summary>Reads work from JSON, generated at build time. A key that is not known is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(ResourceSetConverter), typeof(DurationConverter), typeof(PartitionByConverter), typeof(WorkFlowConverter), typeof(PoisonPolicyConverter)])]
[JsonSerializable(typeof(WorkRequest))]
public sealed partial class WorkRequestJson : JsonSerializerContext;
