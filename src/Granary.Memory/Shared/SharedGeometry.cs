using System.Numerics;

namespace Granary.Memory.Shared;

/// <summary>Where everything lies in a pool's file: docs/shared-memory.md has it as a table. All counts were checked; offsets follow from them alone.</summary>
internal sealed record SharedGeometry
{
    public const int HeaderBytes = 4096, AgentBytes = 128, ProcessBytes = 16, SlotBytes = 192, LinkBytes = 16;
    public const int MostSlots = (1 << 22) - 2, MostProcesses = (1 << 12) - 2, MostAgents = 1 << 10, MostReferences = 1 << 24;
    public const int AgentNameBytes = 100, ObjectNameBytes = 96;

    public required uint UnitBytes { get; init; }
    public required uint Units { get; init; }
    public required uint Slots { get; init; }
    public required uint Processes { get; init; }
    public required uint References { get; init; }
    public required uint Grants { get; init; }
    public required uint Agents { get; init; }

    public long AgentsAt => HeaderBytes;
    public long ProcessesAt => Next(AgentsAt, Agents, AgentBytes);
    public long SlotsAt => Next(ProcessesAt, Processes, ProcessBytes);
    public long ReferencesAt => Next(SlotsAt, Slots, SlotBytes);
    public long GrantsAt => Next(ReferencesAt, References, 8);

    /// <summary>From here to the data everything follows from the tables before it and is made anew in a repair.</summary>
    public long DerivedAt => Next(GrantsAt, Grants, 8);
    public long UsedAt => DerivedAt + 64;
    public long LinksAt => Next(UsedAt, Agents, 8);
    public uint Buckets => BitOperations.RoundUpToPowerOf2(Slots);
    public long HashBucketsAt => Next(LinksAt, Slots, LinkBytes);
    public long NameBucketsAt => Next(HashBucketsAt, Buckets, 4);
    public long FreeReferencesAt => Next(NameBucketsAt, Buckets, 4);
    public uint BitmapWords => (Units + 63) / 64;
    public long BitmapAt => Next(FreeReferencesAt, References, 4);
    public long DataAt => (Next(BitmapAt, BitmapWords, 8) + 4095) & ~4095L;
    public long FileBytes => DataAt + (long)Units * UnitBytes;

    /// <summary>What is out of its bounds, or null.</summary>
    public string? Wrong() =>
        !BitOperations.IsPow2(UnitBytes) || UnitBytes is < 64 or > 65536 ? $"units of {UnitBytes} bytes; a power of two from 64 to 65536 is right"
        : Units is 0 or > int.MaxValue ? $"{Units} units; 1 to {int.MaxValue} are right"
        : Slots is 0 or > MostSlots ? $"{Slots} objects; 1 to {MostSlots} are right"
        : Processes is 0 or > MostProcesses ? $"{Processes} processes; 1 to {MostProcesses} are right"
        : References is 0 or > MostReferences ? $"{References} references; 1 to {MostReferences} are right"
        : Grants is 0 or > MostReferences ? $"{Grants} grants; 1 to {MostReferences} are right"
        : Agents is < 2 or > MostAgents ? $"{Agents} agents; 2 to {MostAgents} are right"
        : null;

    private static long Next(long at, uint count, int bytes) => (at + (long)count * bytes + 63) & ~63L;
}
