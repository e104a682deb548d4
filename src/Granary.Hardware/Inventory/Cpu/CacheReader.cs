using System.Globalization;
using Granary.Model;

namespace Granary.Hardware;

/// <summary>Caches from <c>/sys/devices/system/cpu/cpuN/cache/indexM</c>. Each is read once, at the first CPU that shares it.</summary>
internal static class CacheReader
{
    private const int MostIndexes = 8;

    public static Listed<CpuCache> Read(SystemRoot root, int[] online)
    {
        var seen = new Dictionary<int, HashSet<int>>();
        var alike = new Dictionary<(int Level, string Type, long Size), (int Count, int SharedBy, Reading<long> Size, Reading<long> Line)>();
        foreach (var cpu in online)
        {
            for (var index = 0; index < MostIndexes; index++)
            {
                if (seen.TryGetValue(index, out var covered) && covered.Contains(cpu)) continue;
                var at = $"/sys/devices/system/cpu/cpu{cpu}/cache/index{index}";
                var level = root.Whole($"{at}/level", 1, 9);
                if (!level.IsKnown) break;
                var shared = CpuList.Parse(root.Read($"{at}/shared_cpu_list"));
                if (!shared.Contains(cpu)) shared = [cpu];
                if (covered is null) seen[index] = covered = [];
                covered.UnionWith(shared);
                var size = Size(root, $"{at}/size");
                var type = root.Text($"{at}/type").As(t => t.ToLowerInvariant()).Or("unknown")!;
                var key = ((int)level.Value, type, size.Or(-1));
                var (count, by, _, _) = alike.GetValueOrDefault(key);
                alike[key] = (count + 1, Math.Max(by, shared.Length), size, root.Whole($"{at}/coherency_line_size", 1, 4096));
            }
        }
        return alike.Count == 0
            ? Listed.Absent<CpuCache>("no /sys/devices/system/cpu/cpuN/cache")
            : Listed.Measured<CpuCache>([.. alike.OrderBy(p => p.Key).Select(p => new CpuCache(p.Key.Level, p.Key.Type, p.Value.Size, p.Value.Line, p.Value.Count, p.Value.SharedBy))], 24);
    }

    // "32K", "36864K", "2M"
    private static Reading<long> Size(SystemRoot root, string path)
    {
        if (root.Read(path)?.Trim() is not { Length: > 1 } text) return Readings.Absent<long>($"no {path}");
        var factor = text[^1] switch { 'K' => 1, 'M' => 1024, _ => 0 };
        return factor > 0 && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is > 0 and < 1 << 30
            ? Readings.Measured(size * factor)
            : Readings.Absent<long>($"{path} holds no size");
    }
}
