namespace Orleans.Runtime;

/// <summary>A part of an id: a string whose hash is computed once.</summary>
[GenerateSerializer, Immutable]
public readonly struct IdSpan : IEquatable<IdSpan>, IComparable<IdSpan>
{
    private readonly string? _value;
    private readonly int _hash;

    private IdSpan(string value)
    {
        _value = value;
        _hash = string.GetHashCode(value);
    }

    public bool IsDefault => _value is null;

    public static IdSpan Create(string id) => new(id ?? throw new ArgumentNullException(nameof(id)));

    public bool Equals(IdSpan other) => _hash == other._hash && string.Equals(_value, other._value);

    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    public override int GetHashCode() => _hash;

    public int CompareTo(IdSpan other) => string.CompareOrdinal(_value, other._value);

    public override string ToString() => _value ?? "";

    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);
}
