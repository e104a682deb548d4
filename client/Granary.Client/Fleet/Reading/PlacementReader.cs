using System.Globalization;
using Granary.Model;

namespace Granary.Client;

/// <summary>What files say of placement: tasks' terms and nodes' traits.</summary>
internal static class PlacementReader
{
    public static PlacementTerms? Terms(Fields task)
    {
        if (task.Map("placement", "require: { zone: a }") is not { } fields) return null;
        var terms = new PlacementTerms
        {
            Require = fields.Words("require"),
            Prefer = List(fields, "prefer", text => (PlacementWords.TryParse(text, out LabelPreference? wish, out var error), wish, error)),
            Near = List(fields, "near", Affinity),
            Apart = List(fields, "apart", Affinity),
            SpreadOver = fields.Text("spread_over"),
            Data = Data(fields),
            MaxCost = fields.Number("max_cost", double.NaN) is var most && double.IsNaN(most) ? null : most,
        };
        fields.Done();
        return terms == new PlacementTerms() ? null : terms;
    }

    public static NodeTraits? Traits(Fields node)
    {
        var traits = new NodeTraits
        {
            Class = node.Text("class"),
            CostPerHour = NotNegative(node, "cost_per_hour"),
            IdleWatts = NotNegative(node, "idle_watts"),
            BusyWatts = NotNegative(node, "busy_watts"),
            NumaNodes = node.Int("numa_nodes", 0, 0, 1024),
            Speed = NotNegative(node, "speed"),
            Declared = Declared(node),
        };
        return traits == new NodeTraits() ? null : traits;
    }

    // one text or a list of them: reviewer=2 Mon-Fri 09:00-17:00 Europe/Berlin
    private static string? Declared(Fields node)
    {
        var all = new List<string>();
        foreach (var (text, at) in node.Texts("declared"))
        {
            try
            {
                all.AddRange(DeclaredResource.Parse(text).Select(d => d.ToString()));
                _ = DeclaredResource.Parse(string.Join("; ", all));
            }
            catch (GranaryException e)
            {
                node.Problems.Add(at.Line, Quoting.Clip(e.Message, 250));
            }
        }
        return all.Count == 0 ? null : string.Join("; ", all);
    }

    private static (bool, TaskAffinity?, string?) Affinity(string text) => (PlacementWords.TryParse(text, out TaskAffinity? affinity, out var error), affinity, error);

    private static double NotNegative(Fields fields, string key)
    {
        var line = fields.LineOf(key);
        var value = fields.Number(key, 0);
        if (value >= 0) return value;
        fields.Problems.Add(line, $"'{key}' is {value.ToString("R", CultureInfo.InvariantCulture)}; write 0 or more");
        return 0;
    }

    private static T[]? List<T>(Fields fields, string key, Func<string, (bool Fine, T? Value, string? Error)> parse)
    {
        var result = new List<T>();
        foreach (var (text, node) in fields.Texts(key))
        {
            var (fine, value, error) = parse(text);
            if (fine) result.Add(value!);
            else fields.Problems.Add(node.Line, $"{key}: {Quoting.Clip(error!, 250)}");
        }
        return result.Count == 0 ? null : [.. result];
    }

    private static Dictionary<string, long>? Data(Fields fields)
    {
        var data = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (place, text, line) in fields.Pairs("data", "{ node-1: 9Gi, zone=a: 100Mi }"))
        {
            if (!Quantity.TryParse(ResourceNames.Memory, text, out var amount, out var error)) fields.Problems.Add(line, Quoting.Clip($"data {place}: {error}", 250));
            else data[place] = amount;
        }
        return data.Count == 0 ? null : data;
    }
}
