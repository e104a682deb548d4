using System.Globalization;

namespace Granary.Model;

/// <summary>
/// A <see cref="TaskIsolation"/> as words, the same in fleet files (<c>isolation: { cpu_quota: 200m }</c>), options
/// (<c>--isolation cpu_quota=200m</c>), JSON and a node's settings. A key that starts with <c>limit.</c> is a limit of each process.
/// </summary>
public static class IsolationWords
{
    public const string LimitPrefix = "limit.";

    /// <summary>Limits by the names of ulimits, and the number that the kernel has for each (setrlimit(2), x86 and ARM).</summary>
    public static IReadOnlyDictionary<string, int> Limits { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["as"] = 9,
        ["core"] = 4,
        ["cpu"] = 0,
        ["data"] = 2,
        ["fsize"] = 1,
        ["locks"] = 10,
        ["memlock"] = 8,
        ["msgqueue"] = 12,
        ["nofile"] = 7,
        ["nproc"] = 6,
        ["sigpending"] = 11,
    };

    private static readonly HashSet<string> Bytes = new(StringComparer.Ordinal) { "as", "core", "data", "fsize", "memlock", "msgqueue" };

    /// <summary>What can be written, without the limits.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "cpu_quota", "cpu_weight", "memory_high", "processes", "io_read", "io_write", "io_reads", "io_writes", "io_weight",
        "policy", "nice", "io_priority", "huge_pages", "numa", "strict",
    ];

    /// <summary>Sets one word.</summary>
    /// <param name="isolation">What is set so far; with the word when the result is true.</param>
    /// <param name="key">One of <see cref="Keys"/>, or <c>limit.NAME</c>.</param>
    /// <param name="text">Its value.</param>
    /// <param name="error">What is wrong and what would be right; empty when the result is true.</param>
    public static bool TrySet(ref TaskIsolation isolation, string key, string text, out string error)
    {
        if (key.StartsWith(LimitPrefix, StringComparison.Ordinal)) return TryLimit(ref isolation, key[LimitPrefix.Length..], text, out error);
        var set = isolation;
        switch (key)
        {
            case "cpu_quota":
                error = !Quantity.TryParse(ResourceNames.Cpu, text, out var cpu, out var wrong) ? wrong : cpu < 1 ? "is nothing" : "";
                set = set with { CpuQuotaMilli = cpu };
                break;
            case "cpu_weight":
                set = set with { CpuWeight = Number(text, 1, 10_000, out error) };
                break;
            case "memory_high":
                error = !Quantity.TryParse(ResourceNames.Memory, text, out var memory, out wrong) ? wrong : memory < 1 ? "is nothing" : "";
                set = set with { MemoryHighMiB = memory };
                break;
            case "processes":
                set = set with { Processes = Number(text, 1, 4_194_304, out error) };
                break;
            case "io_read":
                set = set with { ReadBytesPerSecond = Rate(text, out error) };
                break;
            case "io_write":
                set = set with { WriteBytesPerSecond = Rate(text, out error) };
                break;
            case "io_reads":
                set = set with { ReadsPerSecond = Number(text, 1, int.MaxValue, out error) };
                break;
            case "io_writes":
                set = set with { WritesPerSecond = Number(text, 1, int.MaxValue, out error) };
                break;
            case "io_weight":
                set = set with { IoWeight = Number(text, 1, 10_000, out error) };
                break;
            case "policy":
                set = set with { Policy = Word<SchedulingPolicy>(text, out error) };
                break;
            case "nice":
                set = set with { Nice = Number(text, -20, 19, out error) };
                break;
            case "io_priority":
                error = "";
                set = set with { IoPriority = text == "idle" ? 8 : Number(text, 0, 7, out error, "0 (first) to 7 (last), or idle") };
                break;
            case "huge_pages":
                set = set with { HugePages = Truth(text, out error) };
                break;
            case "numa":
                set = set with { Numa = Word<NumaPolicy>(text, out error) };
                break;
            case "strict":
                set = set with { Strict = Truth(text, out error) };
                break;
            default:
                error = $"'{Clip(key)}' is no word of isolation; {Hint(key, [.. Keys, .. Limits.Keys.Select(l => LimitPrefix + l)])}";
                return false;
        }
        if (error.Length > 0)
        {
            error = $"{key}: '{Clip(text)}' {error}";
            return false;
        }
        isolation = set;
        return true;
    }

    /// <summary>All words, each with the key that <see cref="TrySet"/> takes, in a fixed order.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Format(TaskIsolation isolation)
    {
        if (isolation.CpuQuotaMilli is { } quota) yield return new("cpu_quota", Quantity.Format(ResourceNames.Cpu, quota));
        if (isolation.CpuWeight is { } weight) yield return new("cpu_weight", Text(weight));
        if (isolation.MemoryHighMiB is { } high) yield return new("memory_high", Quantity.Format(ResourceNames.Memory, high));
        if (isolation.Processes is { } processes) yield return new("processes", Text(processes));
        if (isolation.ReadBytesPerSecond is { } read) yield return new("io_read", Text(read));
        if (isolation.WriteBytesPerSecond is { } write) yield return new("io_write", Text(write));
        if (isolation.ReadsPerSecond is { } reads) yield return new("io_reads", Text(reads));
        if (isolation.WritesPerSecond is { } writes) yield return new("io_writes", Text(writes));
        if (isolation.IoWeight is { } io) yield return new("io_weight", Text(io));
        if (isolation.Policy is { } policy) yield return new("policy", Lower(policy));
        if (isolation.Nice is { } nice) yield return new("nice", Text(nice));
        if (isolation.IoPriority is { } turn) yield return new("io_priority", turn == 8 ? "idle" : Text(turn));
        if (isolation.HugePages is { } huge) yield return new("huge_pages", huge ? "true" : "false");
        if (isolation.Numa is { } numa) yield return new("numa", Lower(numa));
        if (isolation.Strict is { } strict) yield return new("strict", strict ? "true" : "false");
        foreach (var (name, value) in (isolation.Limits ?? new Dictionary<string, long>()).OrderBy(l => l.Key, StringComparer.Ordinal))
            yield return new(LimitPrefix + name, value < 0 ? "unlimited" : Text(value));
    }

    private static bool TryLimit(ref TaskIsolation isolation, string name, string text, out string error)
    {
        long value = -1;
        if (!Limits.ContainsKey(name)) error = $"'{Clip(name)}' is no limit of a process; {Hint(name, [.. Limits.Keys])}";
        else if (text is "unlimited" or "-1") error = "";
        else if (Bytes.Contains(name)) error = Quantity.TryParseBytes(text, out value, out var wrong) && value >= 0 ? "" : $"{LimitPrefix}{name}: {(wrong is { Length: > 0 } ? wrong : $"'{Clip(text)}' is no size")}";
        else error = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) ? "" : $"{LimitPrefix}{name}: '{Clip(text)}' is neither a number nor unlimited";
        if (error.Length > 0) return false;
        var limits = new SortedDictionary<string, long>(StringComparer.Ordinal) { [name] = value };
        foreach (var (other, amount) in isolation.Limits ?? new Dictionary<string, long>()) limits.TryAdd(other, amount);
        isolation = isolation with { Limits = limits };
        return true;
    }

    private static int? Number(string text, int min, int max, out string error, string? range = null)
    {
        var fine = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max;
        error = fine ? "" : $"is not {range ?? $"a number from {min} to {max}"}";
        return value;
    }

    private static long? Rate(string text, out string error)
    {
        var fine = Quantity.TryParseBytes(text, out var bytes, out _) && bytes > 0;
        error = fine ? "" : "is no number of bytes a second; write one like 10Mi";
        return bytes;
    }

    private static bool? Truth(string text, out string error)
    {
        error = text is "true" or "false" or "True" or "False" ? "" : "is neither true nor false";
        return text is "true" or "True";
    }

    private static T? Word<T>(string text, out string error) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (!Lower(value).Equals(text, StringComparison.OrdinalIgnoreCase)) continue;
            error = "";
            return value;
        }
        error = $"is not one of {string.Join(", ", Enum.GetValues<T>().Select(Lower))}";
        return null;
    }

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Hint(string word, IReadOnlyList<string> known) =>
        Suggestion.For(word, known) is { } near ? $"did you mean '{near}'?" : $"there are {string.Join(", ", known)}";

    private static string Clip(string text) => text.Length > 60 ? text[..60] : text;
}
