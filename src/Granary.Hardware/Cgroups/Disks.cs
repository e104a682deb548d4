namespace Granary.Hardware;

/// <summary>The disks that limits of I/O are for: whole ones that hold something and are no memory in disguise.</summary>
public static class Disks
{
    private static readonly string[] NotDisks = ["loop", "ram", "zram", "fd", "sr", "nbd"];

    /// <summary>Device numbers like <c>254:0</c>, in the order of the disks' names.</summary>
    public static IReadOnlyList<string> Numbers(SystemRoot root)
    {
        var numbers = new List<string>();
        foreach (var name in root.List("/sys/block").Order(StringComparer.Ordinal))
        {
            if (NotDisks.Any(n => name.StartsWith(n, StringComparison.Ordinal)) || root.Read($"/sys/block/{name}/size") is null or "0") continue;
            if (root.Read($"/sys/block/{name}/dev") is { Length: > 2 } number && number.Contains(':', StringComparison.Ordinal)) numbers.Add(number);
        }
        return numbers;
    }
}
