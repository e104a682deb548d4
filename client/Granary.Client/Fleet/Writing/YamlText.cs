using System.Globalization;
using System.Text;

namespace Granary.Client;

/// <summary>A tree as YAML: sections and their items as blocks, everything below on one line. Text that could be taken for something else is quoted.</summary>
internal static class YamlText
{
    public static string Of(MapNode root)
    {
        if (root.Entries.Count == 0) return "{}\n";
        var text = new StringBuilder();
        foreach (var section in root.Entries)
        {
            text.Append(section.Key).Append(":\n");
            foreach (var item in ((ListNode)section.Value).Items)
            {
                var lead = "  - ";
                foreach (var entry in ((MapNode)item).Entries)
                {
                    text.Append(lead).Append(entry.Key).Append(": ");
                    Flow(text, entry.Value);
                    text.Append('\n');
                    lead = "    ";
                }
            }
        }
        return text.ToString();
    }

    private static void Flow(StringBuilder text, FleetNode node)
    {
        switch (node)
        {
            case ScalarNode { Plain: true } plain:
                text.Append(plain.Text);
                break;
            case ScalarNode scalar:
                Scalar(text, scalar.Text);
                break;
            case ListNode list:
                text.Append('[');
                for (var i = 0; i < list.Items.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    Flow(text, list.Items[i]);
                }
                text.Append(']');
                break;
            case MapNode map:
                text.Append("{ ");
                for (var i = 0; i < map.Entries.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    Scalar(text, map.Entries[i].Key);
                    text.Append(": ");
                    Flow(text, map.Entries[i].Value);
                }
                text.Append(" }");
                break;
        }
    }

    private static void Scalar(StringBuilder text, string value)
    {
        if (IsWord(value))
        {
            text.Append(value);
            return;
        }
        text.Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (c == '\n') text.Append("\\n");
            else if (c == '\t') text.Append("\\t");
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufeff') text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }
        text.Append('"');
    }

    /// <summary>Letters, digits and a few signs, beginning with a letter, and no word that YAML reads as something else.</summary>
    private static bool IsWord(string value) => value.Length > 0 && char.IsAsciiLetter(value[0])
        && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '/' or '.')
        && value.ToUpperInvariant() is not ("NULL" or "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N");
}
