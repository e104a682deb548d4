using System.Globalization;

namespace Granary.Storage;

/// <summary>ETags of grain state are counts, which callers see as text.</summary>
internal static class ETag
{
    public static string Text(long etag) => etag.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null for null; one that is not ours matches nothing.</summary>
    public static long? Number(string? etag)
    {
        if (etag is null) return null;
        return long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }
}
