using System.Globalization;
using System.Text;

namespace Granary.Client;

/// <summary>Text from outside as messages show it: short, on one line, and without characters that steer a terminal.</summary>
internal static class Quoting
{
    private const int DefaultLength = 60;

    public static string Clip(string text, int maxLength = DefaultLength)
    {
        var shown = text.Length <= maxLength ? text : string.Concat(text.AsSpan(0, maxLength - 3), "...");
        if (!shown.Any(Steers)) return shown;
        var clean = new StringBuilder(shown.Length);
        foreach (var c in shown)
        {
            if (Steers(c)) clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else clean.Append(c);
        }
        return clean.ToString();
    }

    private static bool Steers(char c) => char.IsControl(c) || char.IsSurrogate(c)
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
