using System.Text;

namespace Orleans.Runtime;

/// <summary>The identity of a stream: an optional namespace and a key, printed as <c>namespace/key</c>.</summary>
[GenerateSerializer, Immutable]
public readonly struct StreamId : IEquatable<StreamId>, IComparable<StreamId>
{
    private readonly string? _namespace;
    private readonly string? _key;

    private StreamId(string? ns, string key)
    {
        _namespace = string.IsNullOrEmpty(ns) ? null : ns;
        _key = key;
    }

    public ReadOnlyMemory<byte> Namespace => Encoding.UTF8.GetBytes(_namespace ?? "");

    public ReadOnlyMemory<byte> Key => Encoding.UTF8.GetBytes(_key ?? "");

    public static StreamId Create(string? ns, Guid key) => new(ns, key.ToString("N"));

    public static StreamId Create(string? ns, long key) => new(ns, key.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static StreamId Create(string? ns, string key) => new(ns, key ?? throw new ArgumentNullException(nameof(key)));

    public string GetKeyAsString() => _key ?? "";

    public string? GetNamespace() => _namespace;

    public bool Equals(StreamId other) => _key == other._key && _namespace == other._namespace;

    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_namespace, _key);

    public int CompareTo(StreamId other)
        => string.CompareOrdinal(_namespace, other._namespace) is var order and not 0 ? order : string.CompareOrdinal(_key, other._key);

    public override string ToString() => $"{_namespace ?? "null"}/{_key}";

    public static bool operator ==(StreamId left, StreamId right) => left.Equals(right);

    public static bool operator !=(StreamId left, StreamId right) => !left.Equals(right);
}
