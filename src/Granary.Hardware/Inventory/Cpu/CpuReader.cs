using System.Globalization;
using Granary.Model;

namespace Granary.Hardware;

/// <summary>Processors from <c>/sys/devices/system/cpu</c> and <c>/proc/cpuinfo</c>.</summary>
internal static class CpuReader
{
    private const string Cpus = "/sys/devices/system/cpu";

    public static CpuInventory Read(SystemRoot root)
    {
        var info = CpuInfo.Read(root);
        var online = CpuList.Parse(root.Read($"{Cpus}/online"));
        var fromInfo = online.Length == 0;
        if (fromInfo) online = info.Processors;
        var places = online.Select(cpu => Place(root, cpu)).ToArray();
        var known = places.Where(p => p.Core >= 0).ToArray();
        return new CpuInventory
        {
            Vendor = info.Vendor,
            Model = info.Model,
            Threads = online.Length == 0 ? Readings.Absent<long>($"neither {Cpus}/online nor /proc/cpuinfo")
                : fromInfo ? Readings.Estimated((long)online.Length, "/proc/cpuinfo") : Readings.Measured((long)online.Length),
            Offline = CpuList.Parse(root.Read($"{Cpus}/present")) is { Length: > 0 } present && !fromInfo
                ? Readings.Measured((long)present.Except(online).Count()) : Readings.Absent<long>($"no {Cpus}/present"),
            Packages = Count(known, p => p.Package),
            Dies = Count(known, p => (p.Package, p.Die)),
            Cores = Count(known, p => (p.Package, p.Die, p.Core)),
            Kinds = CoreKinds.Read(root, online, places, info),
            Caches = CacheReader.Read(root, online),
            Governor = online.Length == 0 ? Readings.Absent<string>("no CPU is known") : root.Text($"{Cpus}/cpu{online[0]}/cpufreq/scaling_governor"),
            InstructionSets = info.InstructionSets,
        };
    }

    internal readonly record struct CpuPlace(int Cpu, int Package, int Die, int Core);

    private static CpuPlace Place(SystemRoot root, int cpu)
    {
        var at = $"{Cpus}/cpu{cpu}/topology";
        var core = root.Whole($"{at}/core_id", 0, int.MaxValue);
        return core.IsKnown
            ? new(cpu, (int)root.Whole($"{at}/physical_package_id", 0, int.MaxValue).Or(0), (int)root.Whole($"{at}/die_id", 0, int.MaxValue).Or(0), (int)core.Value)
            : new(cpu, 0, 0, -1);
    }

    private static Reading<long> Count<TKey>(CpuPlace[] places, Func<CpuPlace, TKey> key) => places.Length == 0
        ? Readings.Absent<long>($"no {Cpus}/cpuN/topology")
        : Readings.Measured((long)places.Select(key).Distinct().Count());
}

/// <summary>What <c>/proc/cpuinfo</c> says: x86 and Arm use other words for the same.</summary>
internal sealed record CpuInfo(
    Reading<string> Vendor, Reading<string> Model, int[] Processors, IReadOnlyDictionary<int, double> MHz, IReadOnlySet<string> Flags, bool IsThere)
{
    private static readonly string[] Sets =
    [
        "sse4_1", "sse4_2", "avx", "avx2", "fma", "f16c", "aes", "sha_ni", "avx_vnni", "amx_tile", "amx_int8", "amx_bf16", "amx_fp16",
        "neon", "asimd", "asimddp", "fphp", "i8mm", "bf16", "sve", "sve2", "sme", "atomics", "rvv", "altivec", "vsx",
    ];

    public bool IsVirtual => Flags.Contains("hypervisor");

    public Listed<string> InstructionSets => !IsThere || Flags.Count == 0
        ? Listed.Absent<string>("no flags in /proc/cpuinfo")
        : Listed.Measured<string>([.. Sets.Where(Flags.Contains), .. Flags.Where(f => f.StartsWith("avx512", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(32)]);

    public static CpuInfo Read(SystemRoot root)
    {
        string? vendor = null, model = null;
        var processors = new SortedSet<int>();
        var frequencies = new Dictionary<int, double>();
        var flags = new HashSet<string>(StringComparer.Ordinal);
        var text = root.Read("/proc/cpuinfo");
        var current = -1;
        foreach (var line in (text ?? "").AsSpan().EnumerateLines())
        {
            var colon = line.IndexOf(':');
            if (colon < 0) continue;
            var key = line[..colon].Trim();
            var value = line[(colon + 1)..].Trim();
            switch (key)
            {
                case "processor":
                    current = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 8192 ? number : -1;
                    if (current >= 0) processors.Add(current);
                    break;
                case "vendor_id" or "CPU implementer":
                    vendor ??= SystemFields.Clean(value.ToString());
                    break;
                case "model name" or "Model" or "cpu model" or "uarch":
                    model ??= SystemFields.Clean(value.ToString());
                    break;
                case "cpu MHz":
                    if (current >= 0 && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var mhz) && mhz is > 0 and < 100_000)
                        frequencies[current] = mhz;
                    break;
                case "flags" or "Features":
                    if (flags.Count == 0)
                        foreach (var flag in value.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(1024))
                            if (flag.Length <= 32) flags.Add(SystemFields.Clean(flag));
                    break;
                default:
                    break;
            }
        }
        var why = text is null ? "no /proc/cpuinfo" : "/proc/cpuinfo does not say";
        return new(
            vendor is { Length: > 0 } ? Readings.Measured(vendor) : Readings.Absent<string>(why),
            model is { Length: > 0 } ? Readings.Measured(model) : Readings.Absent<string>(why),
            [.. processors], frequencies, flags, text is not null);
    }
}
