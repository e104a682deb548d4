using Granary.Model;
using Granary.Scheduling.Devices;
using Granary.Scheduling.Journal;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Where GPUs are told apart: gangs, preemption, snapshots. Everything else compares with <see cref="NodeEntry.Free"/>, which is exact.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>What a comparison with the node's room does not tell: whose that room is, and whether one GPU has the memory that a share asks for.</summary>
    private static bool MayBeOn(TaskEntry task, NodeEntry node) => MayRest(task, node) && node.DevicesHold(task.Item.Shape.VectorRef);

    /// <summary>How many of a request fit on a node beside each other, at most <paramref name="most"/>.</summary>
    private static int RoomOn(NodeEntry node, in ResourceVector request, int most, AgentEntry agent)
    {
        most = Fits(request, node.GangRoomFor(agent), most);
        if (node.Devices is not { } devices || request[DeviceSet.Lane] == 0) return most;
        return most == 0 ? 0 : devices.CountOf(request[DeviceSet.Lane], most);
    }

    /// <summary>
    /// Whether a node's devices would hold the request when those told to stop and <paramref name="victims"/> have gone. Room that comes free on
    /// several devices does not add up: without this, tasks would be stopped for nothing.
    /// </summary>
    private static bool DevicesWouldHold(in ResourceVector request, NodeEntry node, List<TaskEntry> victims)
    {
        var gpu = request[DeviceSet.Lane];
        if (gpu == 0 || node.Devices is not { } devices) return true;
        Span<ushort> free = stackalloc ushort[devices.Count];
        devices.Free.CopyTo(free);
        foreach (var lease in node.Leases)
            if (lease.Stop != StopMark.None || Includes(victims, lease)) devices.Return(free, lease.Devices, lease.Item.Shape.VectorRef[DeviceSet.Lane]);
        return DeviceSet.TakeFrom(free, gpu);
    }

    private static bool Includes(List<TaskEntry> victims, TaskEntry lease)
    {
        foreach (var victim in victims)
            if (IsOf(victim, lease)) return true;
        return false;
    }

    /// <summary>What each GPU of a node has free, thousandths; empty where they are not told apart.</summary>
    internal IReadOnlyList<int> DevicesOf(string node) => _capacity.Find(node)?.Devices is { } devices ? [.. devices.Free.ToArray().Select(f => (int)f)] : [];

    private void WriteDevices(ref JournalWriter w)
    {
        var holders = _capacity.Nodes.SelectMany(n => n.Leases).Where(t => !t.Devices.IsNone).OrderBy(t => t.Number).ToArray();
        w.Unsigned((ulong)holders.Length);
        foreach (var task in holders)
        {
            w.Number(task.Number);
            w.Unsigned(task.Devices.Bits);
        }
        _capacity.Demand.Write(ref w);
    }

    private void ReadDevices(ref JournalReader r)
    {
        var shares = new Dictionary<long, DeviceShare>();
        for (var holders = r.Count(); holders > 0; holders--)
        {
            var number = r.Number();
            shares[number] = new DeviceShare((uint)r.Unsigned());
        }
        _capacity.RestoreDevices(shares);
        _capacity.Demand.Read(ref r);
    }
}
