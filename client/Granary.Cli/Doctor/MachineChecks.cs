using System.Globalization;
using System.Runtime.InteropServices;
using Granary.Hardware;

namespace Granary.Cli.Doctor;

/// <summary>What the machine has: .NET, cores, memory, control groups, SQLite.</summary>
internal static class MachineChecks
{
    private const long EnoughMemoryMiB = 512;

    public static IEnumerable<Finding> All(SystemRoot root, Func<string, string?> environment)
    {
        var machine = MachineInventory.Read(root);
        yield return new Finding("system", Verdict.Ok, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
        yield return new Finding("runtime", Verdict.Ok, RuntimeInformation.FrameworkDescription);
        yield return Sdk(environment);
        yield return Cores(machine);
        yield return Memory(machine, MemoryInfo.Read(root));
        yield return Groups(machine.Cgroups);
        yield return Sqlite();
    }

    /// <summary>Only building needs it: a published granary runs on the runtime alone.</summary>
    internal static Finding Sdk(Func<string, string?> environment)
    {
        var places = (environment("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Append(environment("DOTNET_ROOT") ?? "").Where(p => p.Length > 0);
        var dotnet = places.Select(p => Path.Combine(p, "dotnet")).FirstOrDefault(File.Exists);
        if (dotnet is null) return new("dotnet", Verdict.Limited, "not on the PATH: ./granary cannot build", "install the .NET 10 SDK, https://dot.net/download");
        var root = Path.GetDirectoryName(File.ResolveLinkTarget(dotnet, returnFinalTarget: true)?.FullName ?? dotnet)!;
        var sdks = Directory.Exists(Path.Combine(root, "sdk")) ? Directory.GetDirectories(Path.Combine(root, "sdk")).Select(Path.GetFileName).ToList() : [];
        var newest = sdks.Where(s => s!.StartsWith("10.", StringComparison.Ordinal)).Max(StringComparer.Ordinal);
        return newest is null
            ? new("dotnet", Verdict.Limited, $"{dotnet} has no SDK 10: ./granary cannot build", "install the .NET 10 SDK, https://dot.net/download")
            : new("dotnet", Verdict.Ok, $"SDK {newest} ({dotnet})");
    }

    internal static Finding Cores(MachineInventory machine)
    {
        var cpus = machine.Topology.Cpus.Count;
        var detail = machine.CpuMilli < cpus * 1000L
            ? string.Create(CultureInfo.InvariantCulture, $"{cpus}, of which a quota allows {machine.CpuMilli / 1000.0:0.##}")
            : cpus.ToString(CultureInfo.InvariantCulture);
        return cpus > 0 ? new("cores", Verdict.Ok, detail) : new("cores", Verdict.Missing, "none found in /sys", "mount /sys, or run where it is readable");
    }

    internal static Finding Memory(MachineInventory machine, MemoryInfo memory)
    {
        if (machine.MemoryMiB <= 0) return new("memory", Verdict.Missing, "/proc/meminfo is not readable", "mount /proc, or run where it is readable");
        var detail = string.Create(CultureInfo.InvariantCulture, $"{machine.MemoryMiB}Mi, {Math.Min(memory.AvailableMiB, machine.MemoryMiB)}Mi available");
        return memory.AvailableMiB < EnoughMemoryMiB
            ? new("memory", Verdict.Limited, detail, string.Create(CultureInfo.InvariantCulture, $"the server with its node agent wants {EnoughMemoryMiB}Mi; stop something else"))
            : new("memory", Verdict.Ok, detail);
    }

    internal static Finding Groups(CgroupFileSystem groups) => groups.Usable
        ? new("cgroups", Verdict.Ok, $"{groups.Version.ToString().ToLowerInvariant()}, writable: limits hold for a task's whole process tree")
        : new(
            "cgroups",
            Verdict.Limited,
            $"{(groups.Version == CgroupVersion.None ? "none" : groups.Version.ToString().ToLowerInvariant())}: {groups.WhyNot}; limits hold per process only",
            "run as root, or under 'systemd-run --user --scope -p Delegate=yes granary up'");

    internal static Finding Sqlite()
    {
        if (NativeLibrary.TryLoad("libsqlite3.so.0", out var library))
        {
            NativeLibrary.Free(library);
            return new("sqlite", Verdict.Ok, "the system's libsqlite3.so.0");
        }
        return Directory.EnumerateFiles(AppContext.BaseDirectory, "libe_sqlite3.so", SearchOption.AllDirectories).Any()
            ? new("sqlite", Verdict.Ok, "the one that comes with granary")
            : new("sqlite", Verdict.Missing, "no libsqlite3.so.0", "apt-get install libsqlite3-0");
    }
}
