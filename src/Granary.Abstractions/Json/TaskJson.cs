using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>
/// A task as scripts read it: the same fields in REST and in <c>granary tasks -o json</c>. Fields are only ever added.
/// What is absent is null; lists and maps are empty instead.
/// </summary>
public sealed record TaskJson
{
    /// <summary><c>pool/number</c>.</summary>
    public required string Id { get; init; }
    public required string? Name { get; init; }
    public required string Agent { get; init; }
    public required string Pool { get; init; }
    public required TaskState State { get; init; }

    /// <summary>Why it waits or why it ended as it did, for people; null when there is nothing to say.</summary>
    public required string? Reason { get; init; }

    /// <summary>Higher goes first within the agent.</summary>
    public required int Priority { get; init; }

    /// <summary>Where it runs or ran; null before the first placement.</summary>
    public required string? Node { get; init; }

    /// <summary>Attempts begun; 0 before the first placement.</summary>
    public required int Attempt { get; init; }
    public required DateTimeOffset Submitted { get; init; }
    public required DateTimeOffset? Started { get; init; }
    public required DateTimeOffset? Finished { get; init; }

    /// <summary>Null before it ended, and when a signal ended it.</summary>
    public required int? ExitCode { get; init; }

    /// <summary>What one attempt holds, as Kubernetes quantities.</summary>
    public required ResourceSet Resources { get; init; }

    /// <summary>When it must have ended; null for none.</summary>
    public required DateTimeOffset? Deadline { get; init; }

    /// <summary>Place in the queue from 1; 0 when it does not wait to be placed.</summary>
    public required int Position { get; init; }

    /// <summary>The dominant reason while it waits, from the closed list; null otherwise.</summary>
    public WaitReason? WaitReason { get; init; }

    /// <summary>Program and arguments; empty where a handler, a call or a person carries it out.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>In-process handler; null for everything else.</summary>
    public string? Handler { get; init; }

    /// <summary>What carries it out: <c>process</c>, <c>handler</c>, <c>http</c>, <c>container</c>, <c>scope</c> or <c>manual</c>.</summary>
    public string Executor { get; init; } = Executors.Word(ExecutorKind.Process);

    /// <summary>The call it makes, without what may be secret; null for none.</summary>
    public HttpCallJson? Http { get; init; }

    /// <summary>The container its command runs in; null for none.</summary>
    public ContainerJson? Container { get; init; }

    /// <summary>What a person is asked to do; null for nothing.</summary>
    public ManualJson? Manual { get; init; }

    /// <summary>Member number within its array, from 0.</summary>
    public int Index { get; init; }

    /// <summary>Further attempts a failure gets.</summary>
    public int Retries { get; init; }

    /// <summary>Ids of the tasks that must succeed first.</summary>
    public IReadOnlyList<string> After { get; init; } = [];
    public IReadOnlyDictionary<string, string> Labels { get; init; } = EmptyLabels;

    /// <summary>A failure of it is expected and fails nothing else.</summary>
    public bool MayFail { get; init; }

    /// <summary>All members of its array start together.</summary>
    public bool Gang { get; init; }

    /// <summary>Where it may and would rather run; null for anywhere.</summary>
    public PlacementJson? Placement { get; init; }

    /// <summary>What its processes are kept to beyond its resources; null for the node's defaults.</summary>
    public IReadOnlyDictionary<string, string>? Isolation { get; init; }

    /// <summary>How the last attempt ended and what it used; null before.</summary>
    public ExitJson? Exit { get; init; }

    /// <summary>How often it was stopped for another task; known while it is live.</summary>
    public int Preemptions { get; init; }

    /// <summary>What is promised of a live task with a deadline; null for others.</summary>
    public PromiseJson? Promise { get; init; }

    internal static readonly IReadOnlyDictionary<string, string> EmptyLabels = new Dictionary<string, string>();

    public static TaskJson From(TaskView view) => new()
    {
        Id = view.Id.ToString(),
        Name = Absent(view.Spec.Name),
        Agent = view.Spec.Agent,
        Pool = view.Id.Pool,
        State = view.State,
        Reason = view.Reason.Length > 0 ? view.Reason : Waits(view) ? view.WaitReason.ToString() : null,
        Priority = view.Spec.Priority,
        Node = Absent(view.Node),
        Attempt = view.Attempt,
        Submitted = view.Submitted,
        Started = view.Started,
        Finished = view.Finished,
        ExitCode = view.Exit?.Code,
        Resources = view.Spec.Resources,
        Deadline = view.Deadline,
        Position = view.Position,
        WaitReason = Waits(view) ? view.WaitReason : null,
        Command = view.Spec.Command,
        Handler = Absent(view.Spec.Handler),
        Executor = Executors.Word(Executors.Of(view.Spec)),
        Http = HttpCallJson.From(view.Spec.Terms?.Action?.Http),
        Container = ContainerJson.From(view.Spec.Terms?.Action?.Container),
        Manual = ManualJson.From(view.Spec.Terms?.Action?.Manual),
        Index = view.Index,
        Retries = view.Spec.Retries,
        After = view.After.Count == 0 ? [] : [.. view.After.Select(id => id.ToString())],
        Labels = view.Spec.Labels ?? EmptyLabels,
        MayFail = view.Spec.MayFail,
        Gang = view.Spec.Terms is { Gang: true },
        Promise = view.Promise is { } promise ? PromiseJson.From(promise) : null,
        Placement = PlacementJson.From(view.Spec.Terms?.Placement),
        Isolation = IsolationJson.From(view.Spec.Terms?.Isolation),
        Exit = view.Exit is { } exit ? ExitJson.From(exit) : null,
        Preemptions = view.Preemptions,
    };

    internal static string? Absent(string text) => text.Length == 0 ? null : text;

    private static bool Waits(TaskView view) => view.WaitReason != Model.WaitReason.None;
}

/// <summary>What the promise of a deadline rests on, and how it stands.</summary>
/// <param name="Confidence">With which probability its run is no longer than assumed; null when the run time was stated, or nothing is known of it.</param>
/// <param name="Runs">Past runs that this rests on.</param>
/// <param name="Declared">The submitter stated the run time.</param>
/// <param name="EstimateS">The run time assumed, seconds.</param>
/// <param name="PlannedStart">From when room is set aside for it; null when none is.</param>
/// <param name="Missed">Its deadline has passed.</param>
/// <param name="Note">The same in words.</param>
public sealed record PromiseJson(double? Confidence, int Runs, bool Declared, double EstimateS, DateTimeOffset? PlannedStart, bool Missed, string Note)
{
    public static PromiseJson From(PromiseView view) => new(view.Confidence, view.Runs, view.Declared, view.Estimate.TotalSeconds, view.PlannedStart, view.Missed, view.Note);
}

/// <summary>How an attempt ended and what it used.</summary>
/// <param name="Cause">Why it ended.</param>
/// <param name="Signal">Signal number that ended it; 0 for none.</param>
/// <param name="Message">One line for people; null for success.</param>
/// <param name="PeakMemoryKib">Peak memory of the whole tree, KiB; 0 when not measured.</param>
/// <param name="CpuS">User plus system CPU time of the whole tree, seconds.</param>
/// <param name="WallS">Start to end, seconds.</param>
public sealed record ExitJson(ExitCause Cause, int? Code, int Signal, string? Message, long PeakMemoryKib, double CpuS, double WallS)
{
    public static ExitJson From(ExitInfo exit) => new(exit.Cause, exit.Code, exit.Signal, TaskJson.Absent(exit.Message), exit.PeakMemoryKiB,
        exit.CpuTime.TotalSeconds, exit.WallTime.TotalSeconds);
}

/// <summary>One task, why it is where it is, and who goes before it.</summary>
/// <param name="Waiting">The dominant reason with its evidence and what would help; null when it does not wait.</param>
/// <param name="History">What happened to it, oldest first.</param>
/// <param name="Share">Its agent's share of the pool; null when unknown.</param>
/// <param name="Decision">What was decided about it: its request analysed, the ways compared, what was predicted and checked; null when nobody knows any more.</param>
/// <param name="Outcome">What came of the prediction; null before it started.</param>
/// <param name="ExpectedStart">When it would start if estimates are right and nothing else comes; null when that cannot be said.</param>
public sealed record ExplanationJson(TaskJson Task, WaitExplanation? Waiting, IReadOnlyList<string> History, ShareJson? Share,
    DecisionRecord? Decision = null, DecisionOutcome? Outcome = null, DateTimeOffset? ExpectedStart = null)
{
    /// <summary>Which nodes it may take, what keeps it from the others, and how they compare; null when it is not live.</summary>
    public PlacementExplanation? Placement { get; init; }

    public static ExplanationJson From(TaskExplanation explanation) => new(TaskJson.From(explanation.Task), explanation.Waiting,
        explanation.History, explanation.Share is { } share ? ShareJson.From(share) : null, explanation.Decision, explanation.Outcome,
        explanation.ExpectedStart)
    { Placement = explanation.Placement };
}

/// <summary>A change of a task, as event streams carry it.</summary>
/// <param name="Id"><c>pool/number</c>.</param>
/// <param name="At">When it changed.</param>
public sealed record TaskChangeJson(string Id, string Pool, string Agent, string? Name, TaskState State, string? Reason, string? Node,
    int Attempt, DateTimeOffset At, int? ExitCode)
{
    public static TaskChangeJson From(TaskChange change) => new(change.Id.ToString(), change.Id.Pool, change.Agent, TaskJson.Absent(change.Name),
        change.State, TaskJson.Absent(change.Reason), TaskJson.Absent(change.Node), change.Attempt, change.At, change.ExitCode);
}
