using System.Text;

namespace Granary.Storage;

/// <summary>
/// Labels as one text, <c>\nkey=value\nkey=value\n</c> sorted by key, so that a label is found by looking for
/// <c>\nkey=value\n</c>. A backslash goes before a backslash, a line feed (as <c>\n</c>) and an equals sign in a key.
/// </summary>
internal static class LabelText
{
    /// <summary>Empty for no labels.</summary>
    public static string Of(IReadOnlyDictionary<string, string>? labels)
    {
        if (labels is null || labels.Count == 0) return "";
        var text = new StringBuilder("\n");
        foreach (var (key, value) in labels.OrderBy(p => p.Key, StringComparer.Ordinal)) Append(text, key, value);
        return text.ToString();
    }

    /// <summary>What to look for.</summary>
    public static string Pattern(string key, string value)
    {
        var text = new StringBuilder("\n");
        Append(text, key, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string key, string value)
    {
        AppendEscaped(text, key, escapeEquals: true);
        text.Append('=');
        AppendEscaped(text, value, escapeEquals: false);
        text.Append('\n');
    }

    private static void AppendEscaped(StringBuilder text, string part, bool escapeEquals)
    {
        foreach (var c in part)
        {
            switch (c)
            {
                case '\\': text.Append(@"\\"); break;
                case '\n': text.Append(@"\n"); break;
                // a NUL would end the text for SQLite's instr
                case '\0': text.Append(@"\0"); break;
                case '=' when escapeEquals: text.Append(@"\="); break;
                default: text.Append(c); break;
            }
        }
    }
}
