using System.Globalization;

namespace Granary.Model;

/// <summary>
/// Quantities as Kubernetes writes them: <c>500m</c>, <c>2</c>, <c>1.5</c>, <c>64Mi</c>, <c>2Gi</c>, <c>100M</c>.
/// Memory is returned in MiB rounded up; everything countable (cpu, gpu, custom) in thousandths; bandwidth in units.
/// Source: Kubernetes API conventions, resource quantities.
/// </summary>
public static class Quantity
{
    /// <summary>The largest amount of one resource that a single request or node may name, in base units (fits a vector lane).</summary>
    public const long Max = int.MaxValue;

    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1024m * 1024), ("Gi", 1024m * 1024 * 1024), ("Ti", 1024m * 1024 * 1024 * 1024),
        ("Pi", 1024m * 1024 * 1024 * 1024 * 1024),
        ("m", 0.001m), ("k", 1000m), ("M", 1_000_000m), ("G", 1_000_000_000m), ("T", 1_000_000_000_000m), ("P", 1_000_000_000_000_000m),
    ];

    /// <summary>Parses <paramref name="text"/> for the resource <paramref name="name"/> into base units.</summary>
    /// <returns>False with a one-line <paramref name="error"/> when it is no quantity, negative, or absurdly large.</returns>
    public static bool TryParse(string name, string text, out long amount, out string error)
    {
        amount = 0;
        var (number, factor) = Split(text.Trim());
        if (number.Length == 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out var value))
        {
            error = $"'{Clip(text)}' is not a quantity for {name}; write it like {Example(name)}";
            return false;
        }
        if (value < 0)
        {
            error = $"{name} '{Clip(text)}' is negative; write zero or more, like {Example(name)}";
            return false;
        }
        var unit = IsBytes(name) ? 1m / (1024 * 1024) : IsMilli(name) ? 1000m : 1m;
        try
        {
            var scaled = decimal.Ceiling(value * factor * unit);
            if (scaled > Max) throw new OverflowException();
            amount = (long)scaled;
        }
        catch (OverflowException)
        {
            error = $"{name} '{Clip(text)}' is larger than {Format(name, Max)}, the most one request or node may name";
            return false;
        }
        error = "";
        return true;
    }

    /// <summary>Parses an amount of bytes (<c>64Ki</c>, <c>2Gi</c>, <c>1000</c>), rounded up; up to 8 EiB less one.</summary>
    public static bool TryParseBytes(string text, out long bytes, out string error)
    {
        bytes = 0;
        var (number, factor) = Split(text.Trim());
        if (number.Length == 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out var value))
        {
            error = $"'{Clip(text)}' is not a size; write it like 64Ki or 2Gi";
            return false;
        }
        if (value < 0 || value > long.MaxValue / factor)
        {
            error = $"the size '{Clip(text)}' is {(value < 0 ? "negative" : "too large")}; write it like 64Ki or 2Gi";
            return false;
        }
        bytes = (long)decimal.Ceiling(value * factor);
        error = "";
        return true;
    }

    /// <summary>The shortest exact way to write <paramref name="amount"/> base units of <paramref name="name"/>.</summary>
    public static string Format(string name, long amount)
    {
        if (IsBytes(name))
        {
            if (amount != 0 && amount % 1024 == 0) return amount / 1024 % 1024 == 0 ? $"{amount / 1024 / 1024}Ti" : $"{amount / 1024}Gi";
            return $"{amount}Mi";
        }
        if (!IsMilli(name)) return amount.ToString(CultureInfo.InvariantCulture);
        return amount % 1000 == 0 ? (amount / 1000).ToString(CultureInfo.InvariantCulture) : $"{amount}m";
    }

    public static bool IsBytes(string name) => name is ResourceNames.Memory or ResourceNames.GpuMemory;

    private static bool IsMilli(string name) => name is not (ResourceNames.Network or ResourceNames.Storage);

    private static string Example(string name) => IsBytes(name) ? "64Mi or 2Gi" : name is ResourceNames.Cpu ? "500m or 2" : "1";

    private static (string Number, decimal Factor) Split(string text)
    {
        foreach (var (suffix, factor) in Suffixes)
            if (text.EndsWith(suffix, StringComparison.Ordinal)) return (text[..^suffix.Length], factor);
        return (text, 1m);
    }

    private static string Clip(string text) => text.Length <= 40 ? text : text[..37] + "...";
}
