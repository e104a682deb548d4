using Granary.Model;
using Granary.Scheduling.Journal;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>What version 2 of a snapshot appends: one section for each part of the scheduler, in this order.</summary>
    private void WriteSections(ref JournalWriter w)
    {
        WriteGroups(ref w);
        WritePreemption(ref w);
        w.Byte(0);
    }

    private void ReadSections(ref JournalReader r)
    {
        ReadGroups(ref r);
        ReadPreemption(ref r);
        if (r.Byte() != 0) throw r.Damaged("goes on after its last section");
    }

    private readonly SortedDictionary<string, GroupSpec> _groups = new(StringComparer.Ordinal);

    private void ApplyGroup(GroupSpec spec) => _groups[spec.Path] = spec;

    private void WriteGroups(ref JournalWriter w)
    {
        w.Unsigned((ulong)_groups.Count);
        foreach (var group in _groups.Values) ModelCodec.Write(ref w, group);
    }

    private void ReadGroups(ref JournalReader r)
    {
        for (var groups = r.Count(); groups > 0; groups--) ApplyGroup(ModelCodec.ReadGroup(ref r));
    }
}
