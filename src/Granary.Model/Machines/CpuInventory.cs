using System.Text.Json.Serialization;

namespace Granary.Model;

/// <summary>The processors of a machine, as it is: limits of a group are not taken off.</summary>
public sealed record CpuInventory
{
    public Reading<string> Vendor { get; init; }
    public Reading<string> Model { get; init; }
    public Reading<long> Packages { get; init; }
    public Reading<long> Dies { get; init; }
    public Reading<long> Cores { get; init; }

    /// <summary>Logical CPUs that are online.</summary>
    public Reading<long> Threads { get; init; }

    /// <summary>Logical CPUs that are there and switched off.</summary>
    public Reading<long> Offline { get; init; }

    /// <summary>Cores that are alike; more than one on a hybrid machine.</summary>
    public Listed<CoreKind> Kinds { get; init; } = new();
    public Listed<CpuCache> Caches { get; init; } = new();

    /// <summary>What decides the frequency: <c>performance</c>, <c>schedutil</c>, ...</summary>
    public Reading<string> Governor { get; init; }

    /// <summary>Those that programs ask about, in the kernel's words: <c>sse4_2</c>, <c>avx2</c>, <c>avx512f</c>, <c>amx_tile</c>, <c>sve</c>, ...</summary>
    public Listed<string> InstructionSets { get; init; } = new();
}

/// <summary>Cores of one kind.</summary>
/// <param name="Name"><c>performance</c> or <c>efficiency</c> on x86, <c>capacity-N</c> on Arm (N of 1024), else <c>core</c>.</param>
/// <param name="Cpus">Its logical CPUs, as <c>0-3,8</c>.</param>
/// <param name="MinMHz">Lowest frequency of any of them.</param>
/// <param name="MaxMHz">Highest frequency of any of them, boost included.</param>
/// <param name="BaseMHz">What all hold together.</param>
/// <param name="CurrentMHz">Mean of those online when read.</param>
public sealed record CoreKind(
    string Name, string Cpus, long Cores, long Threads, [property: JsonPropertyName("min_mhz")] Reading<double> MinMHz, [property: JsonPropertyName("max_mhz")] Reading<double> MaxMHz, [property: JsonPropertyName("base_mhz")] Reading<double> BaseMHz, [property: JsonPropertyName("current_mhz")] Reading<double> CurrentMHz);

/// <summary>Caches that are alike.</summary>
/// <param name="Type"><c>data</c>, <c>instruction</c> or <c>unified</c>.</param>
/// <param name="SizeKiB">Of one.</param>
/// <param name="Count">How many of them there are.</param>
/// <param name="SharedBy">Logical CPUs that share one; the most where they differ.</param>
public sealed record CpuCache(int Level, string Type, [property: JsonPropertyName("size_kib")] Reading<long> SizeKiB, Reading<long> LineBytes, int Count, int SharedBy);

/// <summary>One NUMA node.</summary>
/// <param name="Cpus">Its logical CPUs, as <c>0-3,8</c>; empty for memory alone.</param>
/// <param name="Distances">To the nodes in ascending order, 10 to itself; empty where not known.</param>
public sealed record NumaNodeInventory(
    int Node, string Cpus, [property: JsonPropertyName("memory_mib")] Reading<long> MemoryMiB, [property: JsonPropertyName("free_mib")] Reading<long> FreeMiB, IReadOnlyList<int> Distances, IReadOnlyList<HugePages> HugePages)
{
    public bool Equals(NumaNodeInventory? other) => other is not null && Node == other.Node && Cpus == other.Cpus && MemoryMiB == other.MemoryMiB
        && FreeMiB == other.FreeMiB && Distances.SequenceEqual(other.Distances) && HugePages.SequenceEqual(other.HugePages);

    public override int GetHashCode() => HashCode.Combine(Node, Cpus);
}

/// <summary>Huge pages of one size that are set aside.</summary>
public sealed record HugePages([property: JsonPropertyName("size_kib")] long SizeKiB, Reading<long> Total, Reading<long> Free);
