using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Preemption;

/// <summary>Room on a node that is being made for a task: held until those told to stop have, however far apart they end.</summary>
/// <param name="Task">Whom it is for.</param>
/// <param name="Node">Where.</param>
/// <param name="Kind">By which rule.</param>
/// <param name="At">Since when, microseconds.</param>
/// <param name="Victims">How many were told to stop for it; 0 when what others leave over is enough.</param>
/// <param name="Settles">No agent takes the lease back for the sake of guarantees and shares: it came from another agent, or took the place of one that did.</param>
internal sealed record RoomClaim(TaskEntry Task, NodeEntry Node, PreemptionKind Kind, long At, int Victims, bool Settles);
