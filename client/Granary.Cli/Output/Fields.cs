namespace Granary.Cli.Output;

/// <summary>Names and values of one thing, one a line; what is empty is left out.</summary>
internal static class Fields
{
    public static void Write(TextWriter output, IEnumerable<(string Name, string Value)> fields)
    {
        var shown = fields.Where(f => f.Value.Length > 0).ToList();
        var width = shown.Count == 0 ? 0 : shown.Max(f => f.Name.Length) + 1;
        foreach (var (name, value) in shown) output.WriteLine($"{(name + ":").PadRight(width)}  {value.ReplaceLineEndings(" ")}");
    }
}
