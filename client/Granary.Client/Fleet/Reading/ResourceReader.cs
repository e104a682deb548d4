using Granary.Model;

namespace Granary.Client;

/// <summary>Amounts of resources: <c>{ cpu: 500m, memory: 64Mi, licence: 1 }</c>, custom ones also under <c>custom:</c>.</summary>
internal static class ResourceReader
{
    private const string Custom = "custom";

    private static readonly string[] Known = [.. ResourceNames.BuiltIn, Custom];

    public static ResourceSet Resources(this Fields fields, string key)
    {
        if (fields.Take(key) is not { } node || Fields.Nothing(node)) return ResourceSet.Zero;
        if (node is not MapNode map)
        {
            fields.Wrong(node, key, "a mapping like { cpu: 500m, memory: 64Mi }");
            return ResourceSet.Zero;
        }
        var amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (entry.Key == Custom && entry.Value is MapNode nested)
            {
                foreach (var inner in nested.Entries) ReadCustom(fields, inner, amounts);
            }
            else if (ResourceNames.IsBuiltIn(entry.Key))
            {
                if (Amount(fields, entry) is { } amount) amounts[entry.Key] = amount;
            }
            else if (entry.Key != Custom && !fields.Problems.Plenty && Suggestions.For(entry.Key, Known) is { } meant)
            {
                fields.Problems.Add(entry.Line, $"unknown resource '{Quoting.Clip(entry.Key)}'; did you mean '{meant}'? A custom resource of that name goes under '{Custom}:'");
            }
            else
            {
                ReadCustom(fields, entry, amounts);
            }
        }
        return ResourceSet.Of(amounts);
    }

    private static void ReadCustom(Fields fields, MapEntry entry, Dictionary<string, long> amounts)
    {
        if (!Names.IsValid(entry.Key))
            fields.Problems.Add(entry.Line, $"'{Quoting.Clip(entry.Key)}' is no name for a resource; write {Names.Rule}");
        else if (ResourceNames.IsBuiltIn(entry.Key))
            fields.Problems.Add(entry.Line, $"'{entry.Key}' is a built-in resource; move it out of '{Custom}:'");
        else if (Amount(fields, entry) is { } amount && !amounts.TryAdd(entry.Key, amount))
            fields.Problems.Add(entry.Line, $"the resource '{entry.Key}' is here twice; remove one of them");
    }

    private static long? Amount(Fields fields, MapEntry entry)
    {
        if (entry.Value is not ScalarNode { IsNull: false } scalar)
        {
            fields.Wrong(entry.Value, Quoting.Clip(entry.Key), "an amount like 500m, 2 or 64Mi");
            return null;
        }
        if (Quantity.TryParse(entry.Key, scalar.Text, out var amount, out var error)) return amount;
        fields.Problems.Add(entry.Value.Line, Quoting.Clip(error, 250));
        return null;
    }
}
