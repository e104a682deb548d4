using System.Globalization;
using System.Text.RegularExpressions;

namespace Granary.Rest.Tests.Metrics;

/// <summary>Checks the text exposition format 0.0.4 line by line, and reads the samples. Source: prometheus.io, "Exposition formats".</summary>
internal static partial class ExpositionGrammar
{
    [GeneratedRegex("""^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n]|\\\\|\\n)*)$""")]
    private static partial Regex Help { get; }

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$")]
    private static partial Regex Type { get; }

    [GeneratedRegex("""^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"(?:,|(?=\})))*)\})? (\S+)$""")]
    private static partial Regex Sample { get; }

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)""")]
    private static partial Regex Label { get; }

    /// <summary>Samples by name and labels as they were written.</summary>
    public static Dictionary<string, double> Read(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var family = "";
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP", StringComparison.Ordinal))
            {
                var help = Help.Match(line);
                Assert.True(help.Success, line);
                Assert.DoesNotContain(help.Groups[1].Value, types.Keys);
                family = help.Groups[1].Value;
            }
            else if (line.StartsWith("# TYPE", StringComparison.Ordinal))
            {
                var type = Type.Match(line);
                Assert.True(type.Success && type.Groups[1].Value == family, line);
                Assert.True(types.TryAdd(family, type.Groups[2].Value), $"two groups of {family}");
            }
            else
            {
                var sample = Sample.Match(line);
                Assert.True(sample.Success, line);
                var name = sample.Groups[1].Value;
                var suffixes = types[family] == "histogram" ? new[] { "_bucket", "_sum", "_count" } : [""];
                Assert.True(suffixes.Any(suffix => name == family + suffix), $"{name} stands in the group of {family}");
                if (types[family] == "counter") Assert.EndsWith("_total", name, StringComparison.Ordinal);
                var labels = Label.Matches(sample.Groups[2].Value).Select(l => l.Groups[1].Value).ToList();
                Assert.Equal(labels.Distinct().Count(), labels.Count);
                Assert.True(samples.TryAdd(line[..line.LastIndexOf(' ')], Number(sample.Groups[3].Value)), $"twice: {line}");
            }
        }
        Assert.NotEmpty(types);
        return samples;
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };
}
