using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orleans.Runtime;

/// <summary>The identity of a grain: its type and its key, printed as <c>type/key</c>.</summary>
[GenerateSerializer, Immutable]
public readonly struct GrainId : IEquatable<GrainId>, IComparable<GrainId>, ISpanParsable<GrainId>
{
    private readonly GrainType _type;
    private readonly IdSpan _key;

    public GrainId(GrainType type, IdSpan key)
    {
        _type = type;
        _key = key;
    }

    public GrainType Type => _type;

    public IdSpan Key => _key;

    public bool IsDefault => _type.IsDefault && _key.IsDefault;

    public static GrainId Create(string type, string key) => Create(GrainType.Create(type), key);

    public static GrainId Create(GrainType type, string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return new GrainId(type, IdSpan.Create(key));
    }

    public static GrainId Create(GrainType type, IdSpan key) => new(type, key);

    public static GrainId Parse(string value) => Parse(value.AsSpan(), null);

    public static GrainId Parse(string value, IFormatProvider? provider = null) => Parse(value.AsSpan(), provider);

    public static GrainId Parse(ReadOnlySpan<char> value, IFormatProvider? provider = null)
        => TryParse(value, provider, out var id) ? id : throw new ArgumentException($"\"{value}\" is not a grain id; write it as type/key.");

    public static bool TryParse(string? value, out GrainId result) => TryParse(value.AsSpan(), null, out result);

    public static bool TryParse([NotNullWhen(true)] string? value, IFormatProvider? provider, out GrainId result)
        => TryParse(value.AsSpan(), provider, out result);

    public static bool TryParse(ReadOnlySpan<char> value, IFormatProvider? provider, out GrainId result)
    {
        var slash = value.IndexOf('/');
        result = slash <= 0 ? default : Create(value[..slash].ToString(), IdSpan.Create(value[(slash + 1)..].ToString()));
        return slash > 0;
    }

    private static GrainId Create(string type, IdSpan key) => new(GrainType.Create(type), key);

    public bool Equals(GrainId other) => _key.Equals(other._key) && _type.Equals(other._type);

    public override bool Equals(object? obj) => obj is GrainId other && Equals(other);

    public override int GetHashCode() => (_type.GetHashCode() * 397) ^ _key.GetHashCode();

    /// <summary>A hash that is the same in every process and build (FNV-1a over the UTF-8 text).</summary>
    public uint GetUniformHashCode()
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(ToString()))
            hash = (hash ^ b) * 16777619u;
        return hash;
    }

    public int CompareTo(GrainId other) => _type.CompareTo(other._type) is var order and not 0 ? order : _key.CompareTo(other._key);

    public override string ToString() => $"{_type}/{_key}";

    public static bool operator ==(GrainId left, GrainId right) => left.Equals(right);

    public static bool operator !=(GrainId left, GrainId right) => !left.Equals(right);
}
