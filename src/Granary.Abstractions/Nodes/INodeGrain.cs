using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>One machine (key: its name) as the control side sees it: inventory, commands on their way, last sample, health.</summary>
[Alias("Granary.INodeGrain")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>Declares a node before any agent joins, or changes its labels and pool. Called by the directory: declare nodes with <see cref="IDirectoryGrain.Apply"/>.</summary>
    [Alias("Declare")]
    Task<NodeView> Declare(NodeSpec spec);

    /// <summary>An agent asks for a ticket, which makes the join that follows one that cannot be an older one on its way.</summary>
    [Alias("Greet"), AlwaysInterleave]
    Task<string> Greet(string session);

    /// <summary>An agent takes charge of the node; Unavailable when its ticket is not the last one its session was given. A newer session replaces an older one, whose calls are refused from then on.</summary>
    [Alias("Join")]
    Task<JoinReply> Join(JoinRequest request);

    /// <summary>Commands for the agent, waiting up to <see cref="PollRequest.MaxWait"/> for the first; counts as a heartbeat.</summary>
    [Alias("Poll"), AlwaysInterleave]
    Task<NodeCommands> Poll(PollRequest request);

    /// <summary>What became of leases. Returns once it is durable; may be repeated.</summary>
    [Alias("Report"), AlwaysInterleave]
    Task Report(string session, IReadOnlyList<TaskReport> reports);

    [Alias("Heartbeat"), AlwaysInterleave]
    Task Heartbeat(string session, NodeSample sample);

    /// <summary>The agent is about to leave: the node gets nothing new, and what runs there is stopped with grace and goes back to the queue.</summary>
    [Alias("Leaving")]
    Task Leaving(string session);

    /// <summary>The agent leaves in good order: nothing runs there any more.</summary>
    [Alias("Leave")]
    Task Leave(string session);

    /// <summary>The agent's answer to a <see cref="NodeCommand.ReadLog"/>.</summary>
    [Alias("LogRead"), AlwaysInterleave]
    Task LogRead(string session, long requestId, LogChunk chunk);

    /// <summary>From a task that is for a person: what that person said. Answers once the agent has it durably.</summary>
    [Alias("Complete"), AlwaysInterleave]
    Task<LeaseCompletion> Complete(CompleteLease completion);

    /// <summary>The agent's answer to a <see cref="NodeCommand.Complete"/>.</summary>
    [Alias("Completed"), AlwaysInterleave]
    Task Completed(string session, long requestId, LeaseCompletion answer);

    /// <summary>From the pool: leases to start and leases to stop.</summary>
    [Alias("Send"), AlwaysInterleave]
    Task Send(IReadOnlyList<NodeCommand> commands);

    /// <summary>A piece of a task's output, fetched from the agent.</summary>
    [Alias("ReadLog"), AlwaysInterleave]
    Task<LogChunk> ReadLog(LogRequest request);

    /// <summary>A question about profiles, answered by the agent: take one, read a piece of one, list them.</summary>
    /// <exception cref="GranaryException">Unavailable when there is no agent, or it does not answer.</exception>
    [Alias("Profile"), AlwaysInterleave]
    Task<ProfileAnswer> Profile(ProfileQuestion question);

    /// <summary>The agent's answer to a <see cref="NodeCommand.Profile"/>.</summary>
    [Alias("ProfileTold"), AlwaysInterleave]
    Task ProfileTold(string session, long requestId, ProfileAnswer answer);

    [Alias("Cordon")]
    Task<NodeView> Cordon();

    [Alias("Uncordon")]
    Task<NodeView> Uncordon();

    /// <summary>Takes nothing new; what runs is stopped with grace and goes elsewhere.</summary>
    [Alias("Drain")]
    Task<NodeView> Drain();

    /// <summary>From the pool as it starts: watch over this node again, though its agent may have died while nobody did.</summary>
    [Alias("Watch"), AlwaysInterleave]
    Task Watch(string pool);

    /// <summary>From the agent: what its machine is made of, as <see cref="Json.InventoryJson"/> writes it. Kept in memory only: agents tell it again.</summary>
    /// <exception cref="GranaryException">Invalid when it is longer than <see cref="Json.InventoryJson.Longest"/>.</exception>
    [Alias("TakeInventory"), AlwaysInterleave]
    Task TakeInventory(string session, byte[] inventory);

    /// <summary>What the agent told last; empty when none has.</summary>
    [Alias("Inventory"), AlwaysInterleave]
    Task<byte[]> Inventory();

    [Alias("Describe"), AlwaysInterleave]
    Task<NodeView> Describe();
}
