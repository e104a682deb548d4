using System.Buffers;
using System.Text;

namespace Granary.Storage;

/// <summary>
/// Text that PostgreSQL can hold. It takes no NUL, so U+E000 (which nobody uses: it is private) goes before a <c>0</c> for NUL and a
/// <c>1</c> for itself. Half a surrogate pair, which is no character, becomes U+FFFD.
/// </summary>
internal static class PostgresText
{
    private const char Escape = '\uE000';
    private static readonly SearchValues<char> Special = SearchValues.Create(
        [.. Enumerable.Range(0xD800, 0x800).Select(c => (char)c), '\0', Escape]);

    public static string To(string text)
    {
        if (!text.AsSpan().ContainsAny(Special)) return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == 0) escaped.Append(Escape).Append('0');
            else if (rune.Value == Escape) escaped.Append(Escape).Append('1');
            else escaped.Append(rune.ToString());
        }
        return escaped.ToString();
    }

    public static string From(string text)
    {
        if (!text.Contains(Escape, StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == Escape && i + 1 < text.Length) plain.Append(text[++i] == '0' ? '\0' : Escape);
            else plain.Append(text[i]);
        }
        return plain.ToString();
    }
}
