using Granary.Scheduling.Journal;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>What version 2 of a snapshot appends: one section for each part of the scheduler, in this order.</summary>
    private void WriteSections(ref JournalWriter w)
    {
        WriteGroups(ref w);
        WriteAdapted(ref w);
        WriteVirtualTime(ref w);
        WritePreemption(ref w);
        WriteLearning(ref w);
        WriteReservations(ref w);
        WriteLoans(ref w);
        WriteMoves(ref w);
        WriteDevices(ref w);
        WritePromises(ref w);
        foreach (var agent in _order.Agents) agent.Arrivals.Write(ref w);
        WriteMeasured(ref w);
        WriteShards(ref w);
        WriteMotion(ref w);
        w.Byte(0);
    }

    private void ReadSections(ref JournalReader r)
    {
        ReadGroups(ref r);
        ReadAdapted(ref r);
        ReadVirtualTime(ref r);
        ReadPreemption(ref r);
        ReadLearning(ref r);
        ReadReservations(ref r);
        ReadLoans(ref r);
        ReadMoves(ref r);
        ReadDevices(ref r);
        ReadPromises(ref r);
        foreach (var agent in _order.Agents) agent.Arrivals.Read(ref r);
        if (ReadMotion(ref r, ReadShards(ref r, ReadMeasured(ref r))) != 0) throw r.Damaged("goes on after its last section");
    }
}
