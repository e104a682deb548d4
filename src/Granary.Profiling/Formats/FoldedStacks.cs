using System.Globalization;
using System.Text;

namespace Granary.Profiling;

/// <summary>Stacks in one line each, as flame graph tools read them: <c>main;work;leaf 42</c>, the outermost first.</summary>
public static class FoldedStacks
{
    /// <summary>Equal stacks together, in ordinal order.</summary>
    public static string Write(StackTable stacks, ProfileTrack track)
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var group in track.Samples.GroupBy(s => s.Stack))
        {
            var line = stacks.Fold(group.Key);
            if (line.Length > 0) sums[line] = sums.GetValueOrDefault(line) + group.Sum(s => s.Weight);
        }
        var text = new StringBuilder();
        foreach (var (line, weight) in sums) text.Append(line.ReplaceLineEndings(" ")).Append(' ').Append(weight.ToString(CultureInfo.InvariantCulture)).Append('\n');
        return text.ToString();
    }

    /// <summary>Reads such lines as CPU samples; their unit is whatever it was.</summary>
    /// <exception cref="FormatException">The number of the line, and what is wrong with it.</exception>
    public static Profile Read(string name, string text)
    {
        var stacks = new StackTable();
        var samples = new List<ProfileSample>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.Length == 0) continue;
            var space = line.LastIndexOf(' ');
            if (space <= 0 || !double.TryParse(line[(space + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) || weight < 0)
                throw new FormatException($"line {number} is no folded stack; one is like 'main;work 42'");
            var stack = StackTable.Empty;
            foreach (var frame in line[..space].Split(';')) stack = stacks.Push(stack, frame);
            samples.Add(new(0, stack, (long)Math.Min(weight, long.MaxValue / 4), 0));
        }
        return new() { Target = name, Started = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Stacks = stacks, Tracks = [new(TrackKind.Cpu, samples)] };
    }
}
