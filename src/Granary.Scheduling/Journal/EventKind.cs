namespace Granary.Scheduling;

/// <summary>What can happen to a pool. The numbers are in journals: never reuse one.</summary>
public enum EventKind : byte
{
    /// <summary>The pool's rules: <see cref="PoolEvent.Detail"/> is a <see cref="Model.PoolSpec"/>.</summary>
    PoolConfigured = 1,

    /// <summary>What an agent is owed: an <see cref="Model.AgentSpec"/>. Unknown agents are created.</summary>
    AgentSet = 2,

    /// <summary>A node's declaration: a <see cref="Model.NodeSpec"/>; Node is its index, Value its <see cref="Model.NodeState"/>.</summary>
    NodeSet = 3,

    /// <summary>Node is the index, Value the new state.</summary>
    NodeStateChanged = 4,

    /// <summary>An item was admitted: an <see cref="AdmittedItem"/>; Number is its first member, Count its members.</summary>
    Admitted = 5,

    /// <summary>Count members from Number on cannot keep their deadline; Value is the earliest finish (0 unknown), Detail the reason.</summary>
    Rejected = 6,

    /// <summary>An operation id with its answer: an <see cref="OperationRecord"/>.</summary>
    OperationRecorded = 7,

    /// <summary>Number was given a lease on Node under Token.</summary>
    Placed = 8,

    /// <summary>The lease Token of Number has a process since At.</summary>
    Started = 9,

    /// <summary>The lease Token of Number ended: Count is the <see cref="AttemptOutcome"/>, Value when it may run again, Detail an <see cref="EndRecord"/>.</summary>
    Ended = 10,

    /// <summary>Stop the lease of Number: Value is the <see cref="Model.ExitCause"/>, Detail the reason.</summary>
    StopIssued = 11,

    /// <summary>Count members from Number on, all waiting, were cancelled; Detail is the reason.</summary>
    Cancelled = 12,

    /// <summary>What a group is owed as a whole: a <see cref="Model.GroupSpec"/>.</summary>
    GroupSet = 13,

    /// <summary>Feedback moved agents' weights: an <see cref="AdaptedWeights"/>.</summary>
    WeightsAdapted = 14,

    /// <summary>Room is being made for Number on Node: Value is the <see cref="Model.PreemptionKind"/>, Detail the numbers of those told to stop for it.</summary>
    RoomClaimed = 16,

    /// <summary>No room is being made for Number any more: what it waited for did not come.</summary>
    RoomReleased = 17,

    /// <summary>A reservation was made or put elsewhere: a <see cref="ReservationRecord"/>, Number its number.</summary>
    ReservationSet = 18,

    /// <summary>The reservation Number is over or was given up: Detail says which.</summary>
    ReservationEnded = 19,

    /// <summary>A part of Node is lent as loan Number: a <see cref="Model.Loan"/>. It is free no more.</summary>
    LoanGranted = 26,

    /// <summary>Loan Number, given by this pool, was returned: its room is free again.</summary>
    LoanEnded = 27,

    /// <summary>Loan Number was taken as Node: a <see cref="Model.Loan"/>.</summary>
    LoanTaken = 28,

    /// <summary>Loan Number of the lender in Detail is used no more, as Node; -1 when it was refused before it was taken.</summary>
    LoanReturned = 29,

    /// <summary>What an agent holds in the cohort's other pools: an <see cref="Abstractions.AgentUse"/>.</summary>
    CohortUse = 30,

    /// <summary>Number moves to Node: room is set aside there, and it is told to stop next.</summary>
    Migrating = 22,

    /// <summary>A rebalancing plan is applied: Detail holds task, node index, task, node index and so on, in order.</summary>
    MovesPlanned = 23,

    /// <summary>The planned move of Number is left out: it finds no room, or there is nothing to move any more.</summary>
    MoveDropped = 24,

    /// <summary>What the machine of Node uses since At: Number is its busy CPU in thousandths of a core, Token its memory in use in MiB.</summary>
    MeasuredUse = 25,

    /// <summary>Deadlines of Count members from Number on were promised for a predicted run time: Value is the confidence in thousandths, Node the past runs it rests on.</summary>
    Promised = 20,

    /// <summary>The deadline of Number passed before it had ended.</summary>
    PromiseMissed = 21,

    /// <summary>Count numbers from Number on are of part Value of this sharded pool: Detail is the operation that they were given out for, or empty.</summary>
    Routed = 31,

    /// <summary>A node belongs to part Value of this sharded pool: a <see cref="Model.NodeSpec"/>.</summary>
    NodeAssigned = 32,

    /// <summary>Waiting tasks of this part leave it under ticket Token for part Value: Detail holds first number, count, first number, count and so on.</summary>
    Yielded = 33,

    /// <summary>The tasks of ticket Token of part Value wait here from now on: Detail is what that part wrote of them.</summary>
    TasksTaken = 34,

    /// <summary>The tasks of ticket Token are in another part for good.</summary>
    YieldEnded = 35,

    /// <summary>Runs of numbers of this sharded pool go from part Number to part Value under ticket Token: Detail is as with <see cref="Yielded"/>.</summary>
    Rerouted = 36,

    /// <summary>Node is of another part from now on: Value is the number of the move.</summary>
    NodeReleased = 37,
}

/// <summary>What becomes of a task whose attempt ended.</summary>
public enum AttemptOutcome
{
    Succeeded = 0,
    Failed = 1,
    Cancelled = 2,
    Lost = 3,
    /// <summary>A failure with a retry left: waits out its back-off.</summary>
    Retry = 4,
    /// <summary>Goes back to the queue without using a retry: preempted, fenced, or never started.</summary>
    Requeue = 5,
}
