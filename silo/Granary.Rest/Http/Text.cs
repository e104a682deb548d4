namespace Granary.Rest.Http;

/// <summary>Text of a caller's, made fit for one line of an error.</summary>
internal static class Text
{
    /// <summary>At most 60 characters, control characters replaced.</summary>
    public static string Clip(string text)
    {
        var cut = text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "...");
        return string.Create(cut.Length, cut, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) ? '?' : source[i];
        });
    }
}
