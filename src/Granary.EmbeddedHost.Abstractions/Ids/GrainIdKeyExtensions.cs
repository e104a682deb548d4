using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orleans.Runtime;

/// <summary>Integer and GUID keys as text: hexadecimal digits, and 32 hexadecimal digits.</summary>
public static class GrainIdKeyExtensions
{
    public static IdSpan CreateIntegerKey(long key) => IdSpan.Create(key.ToString("X", CultureInfo.InvariantCulture));

    public static IdSpan CreateGuidKey(Guid key) => IdSpan.Create(key.ToString("N"));

    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
        => long.TryParse(Head(grainId, out keyExt), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out key);

    public static long GetIntegerKey(this GrainId grainId)
        => grainId.TryGetIntegerKey(out var key, out _) ? key : throw Wrong(grainId, "an integer");

    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt)
        => Guid.TryParseExact(Head(grainId, out keyExt), "N", out key);

    public static Guid GetGuidKey(this GrainId grainId)
        => grainId.TryGetGuidKey(out var key, out _) ? key : throw Wrong(grainId, "a GUID");

    private static ReadOnlySpan<char> Head(GrainId id, out string? extension)
    {
        var text = id.Key.ToString();
        var plus = text.IndexOf('+');
        extension = plus < 0 ? null : text[(plus + 1)..];
        return plus < 0 ? text : text.AsSpan(0, plus);
    }

    [SuppressMessage("Usage", "CA2208", Justification = "The id is the caller's argument.")]
    private static ArgumentException Wrong(GrainId id, string what) => new($"The key of \"{id}\" is not {what}.", "grainId");
}
