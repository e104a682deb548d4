using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>Partitioned work in every format.</summary>
internal static class WorkListing
{
    public static Listing<WorkEntry> At(DateTimeOffset now) => new(
        [
            new("ID", w => w.Id),
            new("NAME", w => w.Name),
            new("AGENT", w => w.Agent),
            new("POOL", w => w.Pool),
            new("STATE", w => w.Ended ? "ended" : "running", Tone: w => w.Ended ? Tone.Dim : Tone.Busy),
            new("AGE", w => Spans.Age(w.Created, now)),
        ],
        w => JsonSerializer.SerializeToNode(WorkEntryJson.From(w), GranaryJson.Default.WorkEntryJson),
        w => w.Id,
        "no partitioned work");

    public static Listing<PartitionView> Partitions { get; } = new(
        [
            new("STAGE", p => p.Stage),
            new("PARTITION", p => p.Partition.ToString(CultureInfo.InvariantCulture)),
            new("STATE", p => Words.Snake(p.State), Tone: p => p.State == PartitionState.Done ? Tone.Good : p.State == PartitionState.Running ? Tone.Busy : p.State == PartitionState.Skipped ? Tone.Bad : Tone.Plain),
            new("TASK", p => p.Task?.ToString() ?? ""),
            new("FAILURES", p => p.Failures == 0 ? "" : p.Failures.ToString(CultureInfo.InvariantCulture)),
        ],
        p => JsonSerializer.SerializeToNode(PartitionJson.From(p), GranaryJson.Default.PartitionJson),
        p => string.Create(CultureInfo.InvariantCulture, $"{p.Stage}/{p.Partition}"),
        "no partitions");

    /// <summary>Name and value of what there is to say.</summary>
    public static IEnumerable<(string Name, string Value)> Describe(WorkView work, DateTimeOffset now)
    {
        yield return ("id", work.Id);
        yield return ("name", work.Name);
        yield return ("agent", work.Agent);
        yield return ("pool", work.Pool == TaskId.DefaultPool ? "" : work.Pool);
        yield return ("state", Words.Snake(work.State));
        yield return ("reason", work.Reason);
        yield return ("began", $"{Spans.Age(work.Created, now)} ago");
        yield return ("took", work.Ended is { } ended ? Spans.Took(ended - work.Created) : "");
        yield return ("partitions", Counts(work.Partitions, work.Done, work.Running, work.Waiting, work.Blocked, work.Skipped));
        if (work.Stages.Count > 1)
            foreach (var stage in work.Stages) yield return ($"  {stage.Name}", Counts(stage.Partitions, stage.Done, stage.Running, stage.Waiting, stage.Blocked, stage.Skipped));
        yield return ("tasks", Join(Text($"{work.Tasks} begun"), Some(work.Failures, "failed"), Some(work.Stolen, "stolen"), Some(work.Copies, "copies of stragglers"), Some(work.CopiesFirst, "of them first")));
        yield return ("batches", work.State == WorkState.Running ? string.Join(", ", work.Stages.Where(s => s.SecondsEach > 0).Select(s => Text($"{s.Name}: {s.BatchSize} at a time, {s.SecondsEach:0.###} s each"))) : "");
        yield return ("speed-up", work.SpeedUp == 0 ? "" : Text($"{work.SpeedUp:0.00} times one worker ({Spans.Took(work.BusyTime)} of work), {work.Rate:0.##} partitions a second"));
        yield return ("wasted", work.WastedTime > TimeSpan.Zero ? $"{Spans.Took(work.WastedTime)} on results that came second" : "");
        yield return ("ends", work.ExpectedEnd is { } end ? $"in about {Spans.Age(end > now ? end - now : TimeSpan.Zero)}" : "");
        foreach (var node in work.Nodes)
            yield return ($"node {node.Node}", Join(Text($"{node.Done} done"), Some(node.Running, "running"), node.Speed > 0 ? Text($"speed {node.Speed:0.##}") : ""));
        foreach (var straggler in work.Stragglers)
            yield return ("straggler", Text($"{straggler.Task} on {straggler.Node}: {straggler.Seconds:0.0} s, the others take {straggler.Expected:0.0} s") + (straggler.Copy is { } copy ? $"; {copy} runs the same" : ""));
    }

    private static string Counts(int all, int done, int running, int waiting, int blocked, int skipped) =>
        Join(Text($"{done} of {all} done"), Some(running, "running"), Some(waiting, "waiting"), Some(blocked, "blocked"), Some(skipped, "skipped"));

    private static string Some(int count, string what) => count == 0 ? "" : Text($"{count} {what}");

    private static string Join(params string[] parts) => string.Join(", ", parts.Where(p => p.Length > 0));

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
