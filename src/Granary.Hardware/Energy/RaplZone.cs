using System.Globalization;

namespace Granary.Hardware.Energy;

/// <summary>What a counter of the processor's Running Average Power Limit interface covers.</summary>
public enum PowerDomain
{
    /// <summary>A whole processor package; cores and uncore are parts of it, memory is not.</summary>
    Package,
    Core,
    Uncore,
    Dram,

    /// <summary>The whole board, where the firmware tells it.</summary>
    Platform,
}

/// <summary>One energy counter in <c>/sys/class/powercap</c>.</summary>
/// <param name="Path">Its directory.</param>
/// <param name="Domain">What it covers.</param>
/// <param name="Package">Of which package (and die, as <c>0-1</c>); empty for the platform.</param>
/// <param name="Range">Microjoules at which it begins again at zero; 0 when it does not say.</param>
public sealed record RaplZone(string Path, PowerDomain Domain, string Package, ulong Range)
{
    private const string Root = "/sys/class/powercap";

    /// <summary>All counters of a machine, packages first; empty where there are none, as in most virtual machines.</summary>
    public static IReadOnlyList<RaplZone> Find(SystemRoot root)
    {
        // the same counters may be reachable a second time through memory (intel-rapl-mmio): the first way is enough
        var names = root.List(Root).Where(n => n.StartsWith("intel-rapl:", StringComparison.Ordinal)).ToList();
        if (names.Count == 0) names = [.. root.List(Root).Where(n => n.StartsWith("intel-rapl-mmio:", StringComparison.Ordinal))];
        var labels = names.ToDictionary(n => n, n => root.Read($"{Root}/{n}/name") ?? "", StringComparer.Ordinal);
        var zones = new List<RaplZone>();
        foreach (var (name, label) in labels)
        {
            var parent = name[..name.LastIndexOf(':')];
            var owner = PackageOf(labels.GetValueOrDefault(parent, label)) ?? PackageOf(label) ?? "";
            if (DomainOf(label) is { } domain) zones.Add(new($"{Root}/{name}", domain, domain == PowerDomain.Platform ? "" : owner, RangeOf(root, name)));
        }
        return [.. zones.OrderBy(z => z.Domain).ThenBy(z => z.Package, StringComparer.Ordinal).ThenBy(z => z.Path, StringComparer.Ordinal)];
    }

    // "package-0", on processors of several dies "package-0-die-1"
    private static string? PackageOf(string label) =>
        label.StartsWith("package-", StringComparison.Ordinal) ? label["package-".Length..].Replace("die-", "", StringComparison.Ordinal) : null;

    private static PowerDomain? DomainOf(string label) => label switch
    {
        "core" => PowerDomain.Core,
        "uncore" => PowerDomain.Uncore,
        "dram" => PowerDomain.Dram,
        "psys" => PowerDomain.Platform,
        _ => PackageOf(label) is null ? null : PowerDomain.Package,
    };

    private static ulong RangeOf(SystemRoot root, string name) =>
        ulong.TryParse(root.Read($"{Root}/{name}/max_energy_range_uj"), NumberStyles.None, CultureInfo.InvariantCulture, out var range) ? range : 0;
}
