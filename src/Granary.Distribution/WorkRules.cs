using Granary.Distribution.Commands;
using Granary.Model;

namespace Granary.Distribution;

/// <summary>What partitioned work must satisfy by itself. What needs the pool (agents' limits, capacity) is checked there.</summary>
public static class WorkRules
{
    private const int MostInputsOfPartition = 1000;
    private const int LongestInput = 4096;
    private static readonly TimeSpan MostGoal = TimeSpan.FromHours(1);

    /// <exception cref="GranaryException">Invalid, with the field as requests write it.</exception>
    public static void Check(WorkSpec spec)
    {
        if (!Names.IsValid(spec.Agent)) throw Wrong("agent", $"'{Clip(spec.Agent)}' is no name; a name is {Names.Rule}");
        if (!Names.IsValid(spec.Pool)) throw Wrong("pool", $"'{Clip(spec.Pool)}' is no name; a name is {Names.Rule}");
        if (spec.Name.Length > 0 && !Names.IsValid(spec.Name)) throw Wrong("name", $"'{Clip(spec.Name)}' is no name; a name is {Names.Rule}");
        if (spec.Stages.Count is 0 or > WorkSpec.MostStages) throw Wrong("stages", $"are {spec.Stages.Count}; use 1 to {WorkSpec.MostStages}");
        Check(spec.Policy);
        var seen = new Dictionary<string, WorkStage>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Stages.Count; i++)
        {
            Check(spec.Stages[i], spec.Stages.Count == 1 ? "" : $"stages[{i}].", seen);
            if (!seen.TryAdd(spec.Stages[i].Name, spec.Stages[i])) throw Wrong($"stages[{i}].name", $"'{spec.Stages[i].Name}' names another stage too; rename one");
        }
        var partitions = spec.Stages.Sum(s => (long)s.Partitions.Count);
        if (partitions > WorkSpec.MostPartitions)
            throw Wrong("partitions", FormattableString.Invariant($"are {partitions} in all; at most {WorkSpec.MostPartitions} go into one work: make them larger, or send several"));
    }

    private static void Check(WorkStage stage, string at, Dictionary<string, WorkStage> before)
    {
        if (!Names.IsValid(stage.Name)) throw Wrong(at + "name", $"'{Clip(stage.Name)}' is no name; a name is {Names.Rule}");
        if (stage.Partitions.Count == 0) throw Wrong(at + "partitions", "are none; give a count, or inputs");
        var task = stage.Task;
        if (task.Command.Count == 0 && task.Handler.Length == 0) throw Wrong(at + "command", "is missing; give what runs for each partition, like [\"sha256sum\", \"{}\"]");
        if (task.Command.Count > 0 && task.Handler.Length > 0) throw Wrong(at + "command", "is given together with handler; keep one");
        if (task.Command.Any(w => w is null || w.Contains('\0', StringComparison.Ordinal)) || task.Command is ["", ..]) throw Wrong(at + "command", "words are text without NUL, and the first names a program");
        if (task.Command.Sum(w => (long)w.Length) > BatchCommand.MostText / 8) throw Wrong(at + "command", $"is longer than {BatchCommand.MostText / 8} characters; put it into a script that every node has");
        if (task.Deadline is not null) throw Wrong(at + "deadline", "is for single tasks; leave it out");
        if (task.Terms is { Gang: true }) throw Wrong(at + "gang", "starts tasks together, but partitions run one by one; leave it out");
        if (stage.Output.Length > 0 && (stage.Output[0] != '/' || stage.Output.Any(char.IsControl))) throw Wrong(at + "output", $"'{Clip(stage.Output)}' is not an absolute path; every node must see the directory by it");
        if (stage.Output.Length > 0 && task.Handler.Length > 0) throw Wrong(at + "output", "needs a command; a handler writes nothing");
        foreach (var name in stage.After)
        {
            if (!before.TryGetValue(name, out var other)) throw Wrong(at + "after", $"'{Clip(name)}' is no earlier stage; put what comes first before it");
            if (stage.Flow == WorkFlow.Each && other.Partitions.Count != stage.Partitions.Count)
                throw Wrong(at + "flow", FormattableString.Invariant($"is each, but {name} has {other.Partitions.Count} partitions and {stage.Name} {stage.Partitions.Count}; make them equal, or use all"));
        }
        for (var p = 0; p < stage.Partitions.Count; p++) Check(stage.Partitions[p], $"{at}inputs", p);
    }

    private static void Check(WorkPartition partition, string at, int number)
    {
        if (partition.Inputs.Count > MostInputsOfPartition) throw Wrong(at, FormattableString.Invariant($"of partition {number} are {partition.Inputs.Count}; at most {MostInputsOfPartition} go into one: use more partitions"));
        if (partition.Offset < 0 || partition.Length < 0 || partition.Bytes < 0) throw Wrong(at, FormattableString.Invariant($"of partition {number} have a size or range below 0"));
        var text = 0;
        foreach (var input in partition.Inputs)
        {
            if (input is not { Length: > 0 and <= LongestInput } || input.Contains('\0', StringComparison.Ordinal) || input.Contains('\n', StringComparison.Ordinal))
                throw Wrong(at, FormattableString.Invariant($"of partition {number} has a path that is empty, longer than {LongestInput} characters, or holds a line break"));
            text += input.Length;
        }
        if (text > BatchCommand.MostText / 4) throw Wrong(at, FormattableString.Invariant($"of partition {number} are {text} characters together; at most {BatchCommand.MostText / 4} fit a command: use more partitions"));
        foreach (var node in partition.At ?? [])
            if (!Names.IsValid(node)) throw Wrong($"{at}.at", $"'{Clip(node)}' is no name of a node; a name is {Names.Rule}");
    }

    private static void Check(WorkPolicy policy)
    {
        if (policy.BatchGoal < TimeSpan.Zero || policy.BatchGoal > MostGoal) throw Wrong("batch.goal", "is not from 0s to 1h");
        Range("batch.most", policy.MostPerBatch, 1, 1000);
        Range("retries", policy.Retries, 0, 100);
        Range("workers", policy.Workers, 0, 100_000);
        Range("ahead", policy.Ahead, 1, 1_000_000);
        if (policy.LocalityDelay < TimeSpan.Zero || policy.LocalityDelay > MostGoal) throw Wrong("stealing.delay", "is not from 0s to 1h");
        if (!(policy.SpeculationShare is >= 0 and <= 1)) throw Wrong("speculation.share", FormattableString.Invariant($"is {policy.SpeculationShare}; expected 0 to 1"));
        if (!(policy.SlowerThan is > 1 and <= 1000)) throw Wrong("speculation.slower_than", FormattableString.Invariant($"is {policy.SlowerThan}; expected over 1, like 1.5"));
        if (policy.SpeculateAfter < TimeSpan.Zero || policy.SpeculateAfter > MostGoal) throw Wrong("speculation.after", "is not from 0s to 1h");

        static void Range(string field, int value, int least, int most)
        {
            if (value < least || value > most) throw Wrong(field, FormattableString.Invariant($"is {value}; expected {least} to {most}"));
        }
    }

    private static GranaryException Wrong(string field, string message) => GranaryException.Invalid($"{field}: {message}");

    private static string Clip(string? text) => text is null ? "" : text.Length <= 60 ? text : text[..57] + "...";
}
