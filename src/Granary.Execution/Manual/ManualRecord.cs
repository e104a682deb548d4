using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Execution.Manual;

/// <summary>One attempt that a person works on, as it lies on disk.</summary>
internal sealed record ManualRecord
{
    public required string Pool { get; init; }
    public required long Number { get; init; }
    public required string Node { get; init; }
    public required int Attempt { get; init; }
    public required long Token { get; init; }
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it is stopped if nobody has completed it; null for never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What the limit was, for the message.</summary>
    public TimeSpan? TimeLimit { get; init; }

    public long OutputLimit { get; init; }

    /// <summary>Null while it goes on.</summary>
    public DateTimeOffset? Ended { get; init; }
    public int? Code { get; init; }
    public int Cause { get; init; }
    public string Message { get; init; } = "";

    [JsonIgnore]
    public Lease Lease => new(new(Pool, Number), Node, Attempt, Token);

    [JsonIgnore]
    public TaskReport? End => Ended is not { } at ? null : new(Lease, ReportKind.Ended, at, new ExitInfo
    {
        Code = Code,
        Cause = (ExitCause)Cause,
        Message = Message,
        WallTime = at > Started ? at - Started : TimeSpan.Zero,
    });

    public static ManualRecord Of(Assignment assignment, DateTimeOffset now) => new()
    {
        Pool = assignment.Lease.Task.Pool,
        Number = assignment.Lease.Task.Number,
        Node = assignment.Lease.Node,
        Attempt = assignment.Lease.Attempt,
        Token = assignment.Lease.Token,
        Started = now,
        Until = assignment.Spec.TimeLimit is { } limit && limit < DateTimeOffset.MaxValue - now ? now + limit : null,
        TimeLimit = assignment.Spec.TimeLimit,
        OutputLimit = assignment.Spec.OutputLimitBytes,
    };
}

[JsonSerializable(typeof(ManualRecord))]
internal sealed partial class ManualJson : JsonSerializerContext;
