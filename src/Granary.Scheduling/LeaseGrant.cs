using Granary.Model;
using Granary.Scheduling.Devices;

namespace Granary.Scheduling;

/// <summary>A lease as the scheduler grants it: a value, so that deciding allocates nothing for it.</summary>
/// <param name="Pool">The pool's name; with <paramref name="Number"/> the task's id.</param>
/// <param name="Number">The task.</param>
/// <param name="Node">Where.</param>
/// <param name="Attempt">Which try, from 1.</param>
/// <param name="Token">Fencing token.</param>
/// <param name="Spec">What to run.</param>
/// <param name="Index">Which member of its item it is, from 0.</param>
/// <param name="Count">How many members the item has.</param>
/// <param name="GangNodes">Of a gang, the node of each member by index; else null.</param>
/// <param name="Devices">GPUs of the node it holds: wholly in bits 0 to 15, in part in bits 16 to 31.</param>
/// <param name="Class">Its agent's priority class.</param>
public readonly record struct LeaseGrant(string Pool, long Number, string Node, int Attempt, long Token, TaskSpec Spec, int Index, int Count,
    IReadOnlyList<string>? GangNodes = null, uint Devices = 0, PriorityClass Class = PriorityClass.Normal)
{
    /// <summary>The message that a node's agent gets.</summary>
    public Assignment ToAssignment() => new(new Lease(new TaskId(Pool, Number), Node, Attempt, Token), Spec, Index, Count, GangNodes, new DeviceShare(Devices).ToList(),
        Spec.Terms?.Trace, Class);
}
