using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>One pool (key: its name): the single writer over its scheduler. What it acknowledges is durable.</summary>
[Alias("Granary.IPoolGrain")]
public interface IPoolGrain : IGrainWithStringKey
{
    /// <summary>Sets the pool's rules; running tasks are not disturbed. Called by the directory: declare pools with <see cref="IDirectoryGrain.Apply"/>.</summary>
    [Alias("Configure")]
    Task<PoolView> Configure(PoolSpec spec);

    /// <summary>Sets what an agent is owed here.</summary>
    [Alias("SetAgents")]
    Task SetAgents(IReadOnlyList<AgentSpec> agents);

    /// <summary>Sets what groups of agents are owed here as a whole.</summary>
    [Alias("SetGroups")]
    Task SetGroups(IReadOnlyList<GroupSpec> groups);

    /// <summary>Admits tasks and returns once they are durable. Repeating an operation id returns the first answer.</summary>
    [Alias("Submit")]
    Task<SubmitReply> Submit(SubmitBatch batch);

    [Alias("Cancel")]
    Task<CancelReply> Cancel(CancelRequest request);

    /// <summary>Stops a running task and starts it again on another node, from its checkpoint; returns once the order to stop is durable.</summary>
    [Alias("Migrate")]
    Task<MigrateReply> Migrate(MigrateRequest request);

    /// <summary>Plans moves of running tasks, and begins them when asked to.</summary>
    [Alias("Rebalance")]
    Task<RebalancePlan> Rebalance(RebalanceRequest request);

    [Alias("Describe")]
    Task<PoolView> Describe();

    /// <summary>Every agent known here, with what it holds and is owed.</summary>
    [Alias("Shares")]
    Task<IReadOnlyList<AgentShare>> Shares();

    /// <summary>One agent's share; null when it is not known here.</summary>
    [Alias("ShareOf")]
    Task<AgentShare?> ShareOf(string agent);

    /// <summary>Every group known here, declared or named by an agent, with what its members hold and are owed together.</summary>
    [Alias("GroupShares")]
    Task<IReadOnlyList<GroupShare>> GroupShares();

    /// <summary>Live tasks from memory, finished ones from the task table, newest number first.</summary>
    [Alias("List")]
    Task<TaskPage> List(TaskQuery query);

    /// <summary>Null when the pool never had this number, or retention removed it.</summary>
    [Alias("Get")]
    Task<TaskView?> Get(long number);

    /// <summary>Views of many tasks; unknown numbers are left out.</summary>
    [Alias("GetMany")]
    Task<IReadOnlyList<TaskView>> GetMany(IReadOnlyList<long> numbers);

    [Alias("Explain")]
    Task<TaskExplanation> Explain(long number);

    /// <summary>What would become of an item if it were submitted now; nothing is changed.</summary>
    [Alias("WhatIfSubmit")]
    Task<WhatIfSubmission> WhatIfSubmit(SubmitItem item);

    /// <summary>What the loss of a node would mean now; nothing is changed.</summary>
    [Alias("WhatIfNodeLoss")]
    Task<WhatIfNodeLoss> WhatIfNodeLoss(string node);

    /// <summary>
    /// Changes after <paramref name="cursor"/> (0: from now on), waiting up to <paramref name="maxWait"/> for the first.
    /// A cursor that is too old gets <see cref="ChangeBatch.Gap"/>: read the tasks again and go on from the new cursor.
    /// </summary>
    [Alias("Watch"), AlwaysInterleave]
    Task<ChangeBatch> Watch(long cursor, TimeSpan maxWait);

    /// <summary>A node joined, came back, or changed; the reply says which of its live leases are still valid.</summary>
    [Alias("NodeUp")]
    Task<NodeUpReply> NodeUp(NodeUpRequest request);

    /// <summary>The agent of a node of which this pool has borrowed a part joined, or came back: which of this pool's leases it should hold.</summary>
    [Alias("HostUp")]
    Task<NodeUpReply> HostUp(string node, IReadOnlyList<Lease> live);

    /// <summary>What the pool has, wants, lends and borrows. Called by its cohort.</summary>
    [Alias("Standing")]
    Task<CohortStanding> Standing(bool withAgents);

    /// <summary>Carries out what the cohort has decided; returns once it is durable, with the loans that were granted. May be repeated.</summary>
    [Alias("Carry")]
    Task<IReadOnlyList<Loan>> Carry(CohortOrders orders);

    /// <summary>A node stopped taking tasks, or is lost (its leases are fenced and its tasks retried).</summary>
    [Alias("NodeChanged")]
    Task NodeChanged(string node, NodeState state);

    /// <summary>
    /// What a node's machine uses: busy CPU in thousandths of a core, memory in MiB. Returns after how long the pool wants to hear of it again: seldom
    /// unless it overcommits.
    /// </summary>
    [Alias("Measured")]
    Task<TimeSpan> Measured(string node, long cpuMilli, long memoryMiB);

    /// <summary>What leases hold of a node; null when the pool does not know it.</summary>
    [Alias("NodeUse")]
    Task<NodeUse?> NodeUse(string node);

    /// <summary>What a node's agent says of its leases; reports with an older token change nothing.</summary>
    [Alias("Report")]
    Task Report(IReadOnlyList<TaskReport> reports);

    /// <summary>Sets capacity aside for an agent; a refusal says what is available when.</summary>
    [Alias("Reserve")]
    Task<ReserveReply> Reserve(ReserveRequest request);

    /// <summary>Gives a reservation up; what runs in it goes on. NotFound when the pool has none of this number that has not ended.</summary>
    [Alias("Unreserve")]
    Task<ReservationView> Unreserve(long number);

    /// <summary>Every reservation that has not ended, and the last that have, in the order they were made.</summary>
    [Alias("Reservations")]
    Task<IReadOnlyList<ReservationView>> Reservations();

    /// <summary>What a part of a sharded pool holds and waits for. Called by its front.</summary>
    [Alias("Part")]
    Task<PartStanding> Part();

    /// <summary>Has a part let go of waiting tasks; returns once that is durable. While some are on their way these are the answer, whatever is asked; null when none are. Called by its front.</summary>
    [Alias("Yield")]
    Task<YieldedTasks?> Yield(YieldRequest request);

    /// <summary>Gives a part tasks that another has let go of; returns once they wait here durably. May be repeated. Called by its front.</summary>
    [Alias("Take")]
    Task Take(int from, YieldedTasks tasks);

    /// <summary>Tells a part that the tasks of a ticket are in another part for good. May be repeated. Called by its front.</summary>
    [Alias("EndYield")]
    Task EndYield(long ticket);

    /// <summary>Has a part let go of a node for good, unless something rests on it; true once that is durable. May be repeated. Called by its front.</summary>
    /// <param name="move">How often the node has moved, this time counted.</param>
    [Alias("ReleaseNode")]
    Task<bool> ReleaseNode(string node, long move);
}
