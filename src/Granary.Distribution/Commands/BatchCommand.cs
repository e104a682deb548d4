using System.Globalization;
using System.Text;
using Granary.Distribution.Jobs;
using Granary.Model;

namespace Granary.Distribution.Commands;

/// <summary>The task that runs a batch: the command itself for one partition, a script of <c>/bin/sh</c> that runs one after another for several.</summary>
/// <remarks>
/// Each partition learns who it is from its environment, and from the marks in the command's words. The script leaves a mark in the task's checkpoint folder for each
/// partition that is through, so that an attempt that goes on after a preemption, a lost node or a move does not begin anew. Where a stage has an output directory, a partition's
/// standard output goes into a file of its own name there, put in place by link(2): the first of two results stays, whole.
/// </remarks>
public static class BatchCommand
{
    /// <summary>Characters of one script: a word of a command may have 128 KiB on Linux.</summary>
    public const int MostText = 96 * 1024;

    private const int TextOfCall = 256;

    /// <summary>Label of tasks that run the same partitions, for a copy to keep apart from.</summary>
    public const string Label = "granary.batch";

    private const string Head = """
        run() {
        export GRANARY_PARTITION=$1 GRANARY_PARTITION_INPUT=$2 GRANARY_PARTITION_OFFSET=$3 GRANARY_PARTITION_LENGTH=$4 GRANARY_PARTITION_OUTPUT=$5
        shift 5
        mark=$GRANARY_CHECKPOINT_DIR/.partition-$GRANARY_PARTITION
        [ -e "$mark" ] && return 0
        if [ -n "$GRANARY_PARTITION_OUTPUT" ]; then
        part="$GRANARY_PARTITION_OUTPUT.part-${GRANARY_TASK##*/}-$GRANARY_ATTEMPT"
        "$@" > "$part" || { code=$?; rm -f "$part"; echo "partition $GRANARY_PARTITION failed with exit code $code" >&2; exit $code; }
        ln "$part" "$GRANARY_PARTITION_OUTPUT" 2>/dev/null || [ -e "$GRANARY_PARTITION_OUTPUT" ] || { echo "partition $GRANARY_PARTITION: cannot put $GRANARY_PARTITION_OUTPUT in place" >&2; exit 74; }
        rm -f "$part"
        else
        "$@" || { code=$?; echo "partition $GRANARY_PARTITION failed with exit code $code" >&2; exit $code; }
        fi
        : > "$mark"
        }

        """;

    /// <summary>Partitions that one task of a stage may have.</summary>
    public static int MostIn(WorkStage stage, WorkPolicy policy) =>
        stage.Task.Handler.Length > 0 || policy.BatchGoal <= TimeSpan.Zero ? 1 : Math.Max(1, policy.MostPerBatch);

    /// <summary>About how many characters of a script a partition takes; never less than it does.</summary>
    public static long TextOf(WorkStage stage, int partition)
    {
        var words = stage.Task.Command.Sum(w => (2L * w.Length) + 3);
        var inputs = stage.Partitions[partition].Inputs.Sum(i => i.Length + 4L);
        return TextOfCall + words + (stage.Output.Length * 4) + (4 * inputs * (1 + stage.Task.Command.Count(w => w.Contains('{', StringComparison.Ordinal))));
    }

    /// <summary>What the pool is asked to run for a batch.</summary>
    /// <param name="work">The id of the work.</param>
    public static TaskSpec Task(string work, WorkSpec spec, Batch batch)
    {
        var stage = spec.Stages[batch.Stage];
        var task = stage.Task;
        var environment = new Dictionary<string, string>(task.Environment ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            ["GRANARY_WORK"] = work,
            ["GRANARY_STAGE"] = stage.Name,
            ["GRANARY_PARTITION_COUNT"] = Number(stage.Partitions.Count),
            ["GRANARY_PARTITIONS"] = string.Join(' ', batch.Partitions.Select(p => Number(p))),
        };
        var command = task.Command;
        var shell = task.Shell;
        if (batch.Partitions is [var only] && stage.Output.Length == 0)
        {
            command = Words(stage, only);
            foreach (var (name, value) in Variables(stage, only)) environment[name] = value;
        }
        else if (task.Handler.Length == 0)
        {
            command = ["/bin/sh", "-c", Script(stage, batch.Partitions)];
            shell = false;
        }
        var first = batch.CopyOf > 0 ? batch.CopyOf : batch.Number;
        return task with
        {
            Agent = spec.Agent,
            Name = task.Name.Length > 0 ? task.Name : stage.Name,
            Command = command,
            Shell = shell,
            Environment = environment,
            Duration = task.Duration * batch.Partitions.Length,
            TimeLimit = task.TimeLimit * batch.Partitions.Length,
            Retries = 0,
            MayFail = true, // the work says what a failure means
            OnLoss = LossPolicy.Retry,
            Labels = new Dictionary<string, string>(task.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal)
            {
                ["granary.work"] = work,
                [Label] = $"{work}.{Number(first)}",
            },
            Terms = Terms(work, stage, batch, first),
        };
    }

    private static TaskTerms? Terms(string work, WorkStage stage, Batch batch, int first)
    {
        var terms = stage.Task.Terms;
        var placement = terms?.Placement ?? new PlacementTerms();
        if (batch.Steered && batch.Target.Length > 0) placement = placement with { Data = new Dictionary<string, long> { [batch.Target] = Amount(stage, batch) } };
        else if (stage.Partitions[batch.Partitions[0]].At is { Count: > 0 } places) placement = placement with { Data = places.Take(8).ToDictionary(p => p, _ => Amount(stage, batch)) };
        if (batch.CopyOf > 0)
            placement = placement with { Apart = [.. placement.Apart ?? [], new TaskAffinity(AffinityBy.Label, $"{Label}={work}.{Number(first)}", Required: true)] };
        if (placement == new PlacementTerms()) return terms;
        return (terms ?? new TaskTerms()) with { Placement = placement };
    }

    private static long Amount(WorkStage stage, Batch batch) => Math.Max(1, batch.Partitions.Sum(p => stage.Partitions[p].Bytes) >> 20);

    private static string Script(WorkStage stage, IReadOnlyList<int> partitions)
    {
        var script = new StringBuilder(Head);
        foreach (var partition in partitions)
        {
            script.Append("run ").Append(Number(partition));
            foreach (var (_, value) in Variables(stage, partition).Skip(1)) script.Append(' ').Append(Quote(value));
            var words = Words(stage, partition);
            if (stage.Task.Shell) words = ["/bin/sh", "-c", string.Join(' ', words)];
            foreach (var word in words) script.Append(' ').Append(Quote(word));
            script.Append('\n');
        }
        return script.ToString();
    }

    /// <summary>In the order in which the script's function takes them.</summary>
    private static IEnumerable<(string Name, string Value)> Variables(WorkStage stage, int partition)
    {
        var part = stage.Partitions[partition];
        yield return ("GRANARY_PARTITION", Number(partition));
        yield return ("GRANARY_PARTITION_INPUT", string.Join('\n', part.Inputs));
        yield return ("GRANARY_PARTITION_OFFSET", Number(part.Offset));
        yield return ("GRANARY_PARTITION_LENGTH", Number(part.Length > 0 ? part.Length : part.Bytes));
        yield return ("GRANARY_PARTITION_OUTPUT", OutputOf(stage, partition));
    }

    /// <summary>The file of a partition's standard output; empty where the stage has no output directory.</summary>
    public static string OutputOf(WorkStage stage, int partition) => stage.Output.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{stage.Output.TrimEnd('/')}/{stage.Name}-{partition:00000}");

    /// <summary>The command's words for one partition. A word that is a mark of the inputs alone becomes as many words as there are; in a line for the shell they are quoted.</summary>
    internal static IReadOnlyList<string> Words(WorkStage stage, int partition)
    {
        var part = stage.Partitions[partition];
        var words = new List<string>();
        foreach (var word in stage.Task.Command)
        {
            if (!word.Contains('{', StringComparison.Ordinal)) words.Add(word);
            else if (word is "{}" or "{input}" && part.Inputs.Count > 0 && !stage.Task.Shell) words.AddRange(part.Inputs);
            else words.Add(Marks(word, stage, partition));
        }
        return words;
    }

    private static string Marks(string word, WorkStage stage, int partition)
    {
        var part = stage.Partitions[partition];
        var shell = stage.Task.Shell;
        var inputs = part.Inputs.Count == 0 ? Number(partition) : string.Join(' ', part.Inputs.Select(i => shell ? Quote(i) : i));
        return word.Replace("{partition}", Number(partition), StringComparison.Ordinal).Replace("{count}", Number(stage.Partitions.Count), StringComparison.Ordinal)
            .Replace("{offset}", Number(part.Offset), StringComparison.Ordinal).Replace("{length}", Number(part.Length > 0 ? part.Length : part.Bytes), StringComparison.Ordinal)
            .Replace("{output}", shell ? Quote(OutputOf(stage, partition)) : OutputOf(stage, partition), StringComparison.Ordinal)
            .Replace("{input}", inputs, StringComparison.Ordinal).Replace("{}", inputs, StringComparison.Ordinal);
    }

    private static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
