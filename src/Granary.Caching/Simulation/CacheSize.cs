using System.Globalization;
using Granary.Model;

namespace Granary.Caching.Simulation;

/// <summary>How much a simulated cache holds: so many entries, or so many bytes.</summary>
public readonly record struct CacheSize(long Amount, bool InBytes)
{
    /// <summary><c>1000</c> for entries; <c>64KiB</c>, <c>128MiB</c>, <c>2Gi</c> for bytes.</summary>
    /// <returns>False with one line in <paramref name="error"/>.</returns>
    public static bool TryParse(string text, out CacheSize size, out string error)
    {
        var trimmed = text.Trim();
        size = default;
        error = "";
        if (long.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var entries)) size = new(entries, InBytes: false);
        else
        {
            // KiB and Ki are the same; a small m would be a thousandth, of which no cache has use.
            var quantity = trimmed.EndsWith('B') ? trimmed[..^1] : trimmed;
            if (quantity.EndsWith('m') || !Quantity.TryParseBytes(quantity, out var bytes, out _))
            {
                error = $"'{(text.Length <= 40 ? text : text[..40] + "...")}' is no size; write a number of entries like 1000, or bytes like 128MiB";
                return false;
            }
            size = new(bytes, InBytes: true);
        }
        if (size.Amount >= 1) return true;
        error = $"'{text}' is no size for a cache; it must be at least 1";
        return false;
    }

    public override string ToString() => InBytes
        ? Amount % (1 << 20) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{Amount >> 20}MiB") : string.Create(CultureInfo.InvariantCulture, $"{Amount}B")
        : Amount.ToString(CultureInfo.InvariantCulture);
}
