using Granary.Abstractions;
using Orleans;

namespace Granary.Grains.Optimization;

/// <summary>What an optimizer remembers across restarts: the outcomes that its trials stand on, what its learners know, and how to undo what was applied.</summary>
[GenerateSerializer, Alias("Granary.OptimizerState")]
public sealed class OptimizerState
{
    /// <summary>Outcomes by contender; those of scaling begin with <c>scale:</c>.</summary>
    [Id(0)] public Dictionary<string, KeptPairs> Pairs { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What learners know; null: nothing yet.</summary>
    [Id(1)] public KeptLearning? Learned { get; set; }

    /// <summary>The run whose plan was applied; empty for none.</summary>
    [Id(2)] public string Run { get; set; } = "";

    [Id(3)] public string Plan { get; set; } = "";

    [Id(4)] public DateTimeOffset? AppliedAt { get; set; }

    /// <summary>What agents' weights were, and what plans made of them.</summary>
    [Id(5)] public List<AppliedWeight> Undo { get; set; } = [];
}

/// <summary>Outcomes of the incumbent and of a contender, pair by pair, oldest first.</summary>
[GenerateSerializer, Immutable, Alias("Granary.KeptPairs")]
public sealed record KeptPairs([property: Id(0)] double[] Incumbent, [property: Id(1)] double[] Candidate);

/// <summary>Models as numbers: the policy, and the means of strategies.</summary>
[GenerateSerializer, Immutable, Alias("Granary.KeptLearning")]
public sealed record KeptLearning(
    [property: Id(0)] double[] Policy,
    [property: Id(1)] double LogDeviation,
    [property: Id(2)] long Choices,
    [property: Id(3)] long[] Counts,
    [property: Id(4)] double[] Means);
