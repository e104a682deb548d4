using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;

namespace Granary.Rest.Tasks;

/// <summary>One task, or an array of them, with the fields of a task in a fleet file.</summary>
internal sealed record TaskRequest
{
    /// <summary>Who submits; required. An agent that was never declared is created with weight 1.</summary>
    public string? Agent { get; init; }

    /// <summary>Where it runs; <c>default</c> when not given. All items of one call go to one pool.</summary>
    public string? Pool { get; init; }

    /// <summary>For people, and for <c>after</c> of later items of the same call.</summary>
    public string? Name { get; init; }

    /// <summary>A list is a program and its arguments, run without a shell; a text is a line for <c>/bin/sh -c</c>. Either this, or <c>handler</c>, <c>http</c> or <c>manual</c>.</summary>
    public OneOrMany? Command { get; init; }

    /// <summary>In-process handler: <c>noop</c>, <c>sleep</c> or one from a plug-in.</summary>
    public string? Handler { get; init; }

    /// <summary>What carries it out: <c>process</c>, <c>handler</c>, <c>http</c>, <c>container</c>, <c>scope</c> or <c>manual</c>. Only <c>scope</c> has to be said; the others follow from what is given.</summary>
    public string? Executor { get; init; }

    /// <summary>What the handler works on.</summary>
    public string? Payload { get; init; }

    /// <summary>A call to make.</summary>
    public HttpCallJson? Http { get; init; }

    /// <summary>The container that the command runs in.</summary>
    public ContainerJson? Container { get; init; }

    /// <summary>Work for a person.</summary>
    public ManualJson? Manual { get; init; }

    /// <summary>Run the command, joined by spaces, by <c>/bin/sh -c</c>.</summary>
    public bool? Shell { get; init; }

    /// <summary>Working directory, absolute; a directory of the task's own when not given.</summary>
    public string? Workdir { get; init; }

    /// <summary>Variables added to the small clean environment that a task starts with.</summary>
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>What one attempt holds, as Kubernetes quantities.</summary>
    public ResourceSet? Resources { get; init; }

    /// <summary>Higher goes first within the agent; -1000 to 1000.</summary>
    public int? Priority { get; init; }

    /// <summary>Must have ended this long after submission.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The submitter's estimate of the run time.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Stopped after running this long.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Members of an array, 1 to 1,000,000.</summary>
    public int? Count { get; init; }

    /// <summary>What must have succeeded first: ids (<c>default/12</c>, <c>12</c>), or names of earlier items of the same call.</summary>
    public OneOrMany? After { get; init; }

    /// <summary>Further attempts that a failure gets.</summary>
    public int? Retries { get; init; }

    /// <summary>Wait before the first retry; doubles each time.</summary>
    public TimeSpan? Backoff { get; init; }

    /// <summary>Free words to find it by.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>When its node is lost: <c>retry</c> elsewhere or <c>report</c> it lost.</summary>
    public LossPolicy? OnLoss { get; init; }

    /// <summary>Between SIGTERM and SIGKILL when it is stopped.</summary>
    public TimeSpan? KillGrace { get; init; }

    /// <summary>Each output file is cut at this size: bytes, or text like <c>64Mi</c>.</summary>
    public ByteSize? OutputLimit { get; init; }

    /// <summary>A failure of it is expected and fails nothing else.</summary>
    public bool? MayFail { get; init; }

    /// <summary>All <c>count</c> members start together or none does; without a deadline.</summary>
    public bool? Gang { get; init; }

    /// <summary>Tasks whose run times are learned together; its name when not given.</summary>
    public string? Class { get; init; }

    /// <summary>Where it may and would rather run.</summary>
    public PlacementJson? Placement { get; init; }

    /// <summary>What its processes are kept to beyond its resources: <c>cpu_quota</c>, <c>processes</c>, <c>policy</c>, ... and <c>limits</c> of each process.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Isolation { get; init; }

    /// <summary>The CPU request is rounded up to whole cores.</summary>
    public bool? WholeCores { get; init; }

    /// <summary>It is stopped for no other task's sake; draining its node still stops it.</summary>
    public bool? NeverPreempted { get; init; }

    /// <summary>How often it writes a checkpoint that it can go on from.</summary>
    public TimeSpan? CheckpointEvery { get; init; }
}

/// <summary>Tasks to admit in one go, all or none, in this order.</summary>
internal sealed record TaskBatchRequest
{
    /// <summary>Pool of the items that name none.</summary>
    public string? Pool { get; init; }

    /// <summary>At least one.</summary>
    public IReadOnlyList<TaskRequest>? Items { get; init; }
}

/// <summary>What became of a submission.</summary>
/// <param name="Pool">Where the tasks are.</param>
/// <param name="First">Number of the first; the rest follow without gaps, in the order of the items.</param>
/// <param name="Count">How many were admitted.</param>
/// <param name="Ids">Their ids; null when there are more than 10,000: they are <c>pool/first</c> to <c>pool/(first+count-1)</c>.</param>
/// <param name="RejectedCount">How many can never meet their deadline: they have an id and the state <c>Rejected</c>.</param>
/// <param name="Rejected">The first 100 of those.</param>
/// <param name="Notes">What is worth knowing, for example that an agent was created with weight 1.</param>
internal sealed record SubmittedJson(string Pool, long First, int Count, IReadOnlyList<string>? Ids, int RejectedCount,
    IReadOnlyList<RejectionJson> Rejected, IReadOnlyList<string> Notes);

/// <summary>Why a task was refused.</summary>
/// <param name="EarliestFinish">The earliest finish that could be promised; null when none can.</param>
internal sealed record RejectionJson(string Id, string Reason, DateTimeOffset? EarliestFinish);
