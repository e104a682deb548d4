using System.Globalization;
using Granary.Model;

namespace Granary.Hardware;

/// <summary>Single values out of files of /proc and /sys. What is missing or makes no sense is absent, and the note names the file.</summary>
internal static class SystemFields
{
    private const int LongestText = 96;

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Reading<long> Whole(this SystemRoot root, string path, long least = 0, long most = long.MaxValue)
    {
        if (root.Read(path) is not { } text) return Readings.Absent<long>($"no {path}");
        return long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? Readings.Measured(value)
            : Readings.Absent<long>($"{path} holds no number that makes sense");
    }

    /// <summary>A number of which the file has a multiple: <c>Scaled("cpuinfo_max_freq", 1000)</c> is MHz out of kHz.</summary>
    public static Reading<double> Scaled(this SystemRoot root, string path, double divisor, long most = long.MaxValue) =>
        root.Whole(path, 0, most).As(value => value / divisor);

    /// <summary>One line that can be shown.</summary>
    public static Reading<string> Text(this SystemRoot root, string path) => root.Read(path) is not { } text
        ? Readings.Absent<string>($"no {path}")
        : Clean(text) is { Length: > 0 } clean ? Readings.Measured(clean) : Readings.Absent<string>($"{path} is empty");

    /// <summary>The word in brackets: <c>none [mq-deadline] kyber</c>.</summary>
    public static Reading<string> Chosen(this SystemRoot root, string path)
    {
        if (root.Read(path) is not { } text) return Readings.Absent<string>($"no {path}");
        var open = text.IndexOf('[', StringComparison.Ordinal);
        var close = text.IndexOf(']', StringComparison.Ordinal);
        if (open >= 0 && close > open + 1) return Readings.Measured(Clean(text[(open + 1)..close]));
        return Clean(text) is { Length: > 0 } only && !only.Contains(' ', StringComparison.Ordinal)
            ? Readings.Measured(only)
            : Readings.Absent<string>($"{path} marks nothing as chosen");
    }

    /// <summary>The value of <c>KEY=value</c> in a uevent file.</summary>
    public static Reading<string> Uevent(this SystemRoot root, string path, string key)
    {
        foreach (var line in (root.Read(path) ?? "").Split('\n'))
            if (line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length + 1 && line[key.Length] == '=')
                return Readings.Measured(Clean(line[(key.Length + 1)..]));
        return Readings.Absent<string>($"no {key} in {path}");
    }

    /// <summary>A NUMA node out of a file that holds -1 where the firmware did not say; on a machine with one node it can only be that one.</summary>
    public static Reading<long> NumaNode(this SystemRoot root, int onlyNode, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
            if (root.Whole(path, 0, 4095) is { IsKnown: true } node) return node;
        return onlyNode >= 0 ? Readings.Estimated((long)onlyNode, "the machine's only node") : Readings.Absent<long>("the firmware does not say which node it is on");
    }

    /// <summary>The number of the machine's NUMA node when it has one; -1 when it has several.</summary>
    public static int OnlyNumaNode(this SystemRoot root)
    {
        var nodes = Numbered(root, "/sys/devices/system/node", "node").ToArray();
        return nodes.Length switch { 0 => 0, 1 => nodes[0], _ => -1 };
    }

    /// <summary>The numbers N of entries called <paramref name="prefix"/>N, ascending.</summary>
    public static IEnumerable<int> Numbered(this SystemRoot root, string directory, string prefix) => root.List(directory)
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
        .Select(name => int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
        .Where(number => number >= 0).Order();

    /// <summary>Shown to people and sent over the network: no control characters, and not longer than a line.</summary>
    public static string Clean(string text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\n', '\r', '\0');
        if (end >= 0) line = line[..end].Trim();
        if (line.Length > LongestText) line = line[..LongestText];
        return string.Create(line.Length, line, (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) || from[i] == '\uFFFD' ? '?' : from[i];
        });
    }
}
