using System.Globalization;

namespace Granary.Model;

/// <summary>A reservation's id: its pool and its number there, written <c>pool/rN</c>. Numbers start at 1 and only grow.</summary>
public readonly record struct ReservationId(string Pool, long Number)
{
    /// <summary>Reads <c>pool/rN</c>, or <c>rN</c> in the pool named <c>default</c>.</summary>
    public static bool TryParse(string? text, out ReservationId id)
    {
        id = default;
        if (string.IsNullOrEmpty(text)) return false;
        var slash = text.LastIndexOf('/');
        var pool = slash < 0 ? TaskId.DefaultPool : text[..slash];
        var rest = text.AsSpan(slash + 1);
        if (!Names.IsValid(pool) || rest.Length < 2 || rest[0] != 'r'
            || !long.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number <= 0) return false;
        id = new ReservationId(pool, number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pool}/r{Number}");
}
