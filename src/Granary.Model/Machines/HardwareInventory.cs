using System.Text.Json.Serialization;

namespace Granary.Model;

/// <summary>
/// What a machine is made of. Every field says whether it was measured, estimated, or is absent; reading one never fails. Its size is bounded:
/// cores and caches that are alike are counted, and longer lists are cut with a note.
/// </summary>
public sealed record HardwareInventory
{
    /// <summary>When it was read.</summary>
    public DateTimeOffset At { get; init; }
    public CpuInventory Cpu { get; init; } = new();
    public MemoryInventory Memory { get; init; } = new();
    public Listed<NumaNodeInventory> Numa { get; init; } = new();
    public Listed<StorageDevice> Storage { get; init; } = new();
    public Listed<FileSystemInventory> FileSystems { get; init; } = new();

    /// <summary>Where the paths lie that the agent uses.</summary>
    public Listed<PathPlace> Paths { get; init; } = new();
    public Listed<NetworkInterfaceInventory> Network { get; init; } = new();
    public Listed<AcceleratorInventory> Accelerators { get; init; } = new();
    public CgroupInventory Cgroups { get; init; } = new();
    public KernelInventory Kernel { get; init; } = new();
    public PlatformInventory Platform { get; init; } = new();

    /// <summary>People and other resources that no machine can measure.</summary>
    public IReadOnlyList<DeclaredInventory> Declared { get; init; } = [];

    /// <summary>How busy it usually is; null before it has been watched.</summary>
    public UtilisationBaseline? Baseline { get; init; }
}

public sealed record MemoryInventory
{
    [JsonPropertyName("total_mib")] public Reading<long> TotalMiB { get; init; }
    [JsonPropertyName("available_mib")] public Reading<long> AvailableMiB { get; init; }

    /// <summary>What the agent's group may use; absent for no limit.</summary>
    [JsonPropertyName("limit_mib")] public Reading<long> LimitMiB { get; init; }
    [JsonPropertyName("swap_total_mib")] public Reading<long> SwapTotalMiB { get; init; }
    [JsonPropertyName("swap_free_mib")] public Reading<long> SwapFreeMiB { get; init; }
    public Listed<SwapDevice> SwapDevices { get; init; } = new();
    public Listed<HugePages> HugePages { get; init; } = new();

    /// <summary>Transparent huge pages: <c>always</c>, <c>madvise</c> or <c>never</c>.</summary>
    public Reading<string> TransparentHugePages { get; init; }
}

/// <param name="Type"><c>partition</c> or <c>file</c>.</param>
public sealed record SwapDevice(string Path, string Type, [property: JsonPropertyName("size_mib")] long SizeMiB, [property: JsonPropertyName("used_mib")] long UsedMiB);

/// <summary>The control groups that this machine offers to its agent.</summary>
public sealed record CgroupInventory
{
    /// <summary><c>v1</c>, <c>v2</c> or <c>none</c>.</summary>
    public Reading<string> Version { get; init; }
    public Listed<string> Controllers { get; init; } = new();

    /// <summary>Whether the agent can make groups; the note says why not.</summary>
    public Reading<bool> Writable { get; init; }
}

public sealed record KernelInventory
{
    public Reading<string> Release { get; init; }

    /// <summary>Pressure stall information.</summary>
    public Reading<bool> Pressure { get; init; }

    /// <summary>-1 to 4: what users may do with perf events; lower is more.</summary>
    public Reading<long> PerfEventParanoid { get; init; }
    public Reading<bool> IoUring { get; init; }
    public Reading<bool> CgroupV2 { get; init; }
    public Reading<bool> Bpf { get; init; }
    public Reading<bool> Seccomp { get; init; }
    public Reading<string> Clocksource { get; init; }
}

public sealed record PlatformInventory
{
    /// <summary><c>physical</c>, <c>virtual</c>.</summary>
    public Reading<string> Kind { get; init; }

    /// <summary><c>kvm</c>, <c>vmware</c>, <c>hyper-v</c>, <c>xen</c>, <c>virtualbox</c>, <c>qemu</c>, <c>unknown</c>.</summary>
    public Reading<string> Hypervisor { get; init; }

    /// <summary><c>aws</c>, <c>gcp</c>, <c>azure</c>, ...: from DMI alone, nothing is asked over the network.</summary>
    public Reading<string> Cloud { get; init; }

    /// <summary><c>docker</c>, <c>podman</c>, <c>kubernetes</c>, <c>lxc</c>, ...; <c>none</c> outside of one.</summary>
    public Reading<string> Container { get; init; }
    public Reading<string> Vendor { get; init; }
    public Reading<string> Product { get; init; }

    /// <summary><c>desktop</c>, <c>laptop</c>, <c>server</c>, <c>other</c>.</summary>
    public Reading<string> Chassis { get; init; }

    /// <summary>Whether it runs on its battery now; absent without one.</summary>
    public Reading<bool> OnBattery { get; init; }
}

/// <summary>How busy a machine usually is, per cent of what it has except where said; from its own samples.</summary>
/// <param name="Samples">How many it rests on.</param>
public sealed record UtilisationBaseline(
    long Samples, DateTimeOffset Since, UsualUse CpuPercent, UsualUse MemoryPercent, [property: JsonPropertyName("disk_mib_per_second")] UsualUse DiskMiBPerSecond, UsualUse NetworkMbps);

/// <param name="Median">Half of the samples are below.</param>
/// <param name="P95">95 of 100 samples are below.</param>
public sealed record UsualUse(Reading<double> Median, Reading<double> P95);
