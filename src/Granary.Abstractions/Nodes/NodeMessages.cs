using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <param name="Session">Chosen by the agent at its start; every later call carries it.</param>
/// <param name="Live">Leases it still has processes, or unreported ends, for, as it stood after it had the ticket.</param>
/// <param name="Ticket">From <see cref="INodeGrain.Greet"/>, good for one join: one that comes late or twice must not be believed.</param>
/// <param name="RunsAs">User as whom its tasks run; empty where nothing is run.</param>
[GenerateSerializer, Immutable, Alias("Granary.JoinRequest")]
public sealed record JoinRequest(
    [property: Id(0)] string Session,
    [property: Id(1)] NodeSpec Spec,
    [property: Id(2)] IReadOnlyList<Lease> Live,
    [property: Id(3)] string AgentVersion,
    [property: Id(4)] string Ticket,
    [property: Id(5)] string RunsAs = "");

/// <param name="Expected">Leases the server counts on here; those the agent does not hold it answers with <see cref="ReportKind.NotHere"/>.</param>
/// <param name="Stale">Leases that the agent holds but must stop and forget: fenced meanwhile.</param>
/// <param name="HeartbeatEvery">How often to send a sample.</param>
/// <param name="Declared">Resources that no machine can measure, declared for this node in a fleet file: the agent follows their calendars. Null for none.</param>
[GenerateSerializer, Immutable, Alias("Granary.JoinReply")]
public sealed record JoinReply(
    [property: Id(0)] IReadOnlyList<Assignment> Expected,
    [property: Id(1)] IReadOnlyList<Lease> Stale,
    [property: Id(2)] TimeSpan HeartbeatEvery,
    [property: Id(3)] string? Declared = null);

/// <param name="Acknowledged">Highest command number the agent has taken charge of; it is not sent again.</param>
[GenerateSerializer, Immutable, Alias("Granary.PollRequest")]
public sealed record PollRequest(
    [property: Id(0)] string Session,
    [property: Id(1)] long Acknowledged,
    [property: Id(2)] TimeSpan MaxWait);

/// <param name="Last">Number of the last command in the batch (the agent acknowledges it with its next poll).</param>
[GenerateSerializer, Immutable, Alias("Granary.NodeCommands")]
public sealed record NodeCommands(
    [property: Id(0)] long Last,
    [property: Id(1)] IReadOnlyList<NodeCommand> Commands);

/// <summary>One thing for an agent to do: exactly one of the fields is set.</summary>
[GenerateSerializer, Immutable, Alias("Granary.NodeCommand")]
public sealed record NodeCommand
{
    [Id(0)] public Assignment? Start { get; init; }
    [Id(1)] public StopLease? Stop { get; init; }
    [Id(2)] public LogRequest? ReadLog { get; init; }

    /// <summary>Set by the node grain for <see cref="ReadLog"/>, <see cref="Profile"/> and <see cref="Complete"/>; goes back with the answer.</summary>
    [Id(3)] public long RequestId { get; init; }

    [Id(4)] public ProfileQuestion? Profile { get; init; }
    [Id(5)] public CompleteLease? Complete { get; init; }
}

/// <param name="Cause">Why: becomes the exit's cause.</param>
/// <param name="Grace">Between SIGTERM and SIGKILL; null for what the task asks for itself.</param>
[GenerateSerializer, Immutable, Alias("Granary.StopLease")]
public sealed record StopLease(
    [property: Id(0)] Lease Lease,
    [property: Id(1)] ExitCause Cause,
    [property: Id(2)] TimeSpan? Grace = null);

/// <param name="StandardError">False for standard output, true for standard error.</param>
/// <param name="Offset">First byte wanted; negative counts from the end.</param>
/// <param name="MaxBytes">At most 1 MiB.</param>
[GenerateSerializer, Immutable, Alias("Granary.LogRequest")]
public sealed record LogRequest(
    [property: Id(0)] TaskId Task,
    [property: Id(1)] bool StandardError,
    [property: Id(2)] long Offset,
    [property: Id(3)] int MaxBytes);

/// <param name="Offset">Where <paramref name="Data"/> begins in the file.</param>
/// <param name="Length">Length of the file now.</param>
/// <param name="Found">False when the file does not exist (yet).</param>
[GenerateSerializer, Immutable, Alias("Granary.LogChunk")]
public sealed record LogChunk(
    [property: Id(0)] long Offset,
    [property: Id(1)] byte[] Data,
    [property: Id(2)] long Length,
    [property: Id(3)] bool Found);
