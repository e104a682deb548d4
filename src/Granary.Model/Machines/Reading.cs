using System.Text.Json.Serialization;
using Orleans;

namespace Granary.Model;

/// <summary>How a value was come by.</summary>
[JsonConverter(typeof(ReadingSourceConverter))]
[GenerateSerializer]
public enum ReadingSource
{
    /// <summary>There is none: the note says why.</summary>
    Absent,
    /// <summary>Derived from something else: the note says from what.</summary>
    Estimated,
    /// <summary>Read from the machine.</summary>
    Measured,
}

/// <summary>
/// One value of a machine that says whether it was measured, estimated, or is absent; the default is absent. What is absent has the type's
/// default as its value, so whoever takes <see cref="Value"/> without asking gets zero or null and never an exception.
/// </summary>
[JsonConverter(typeof(ReadingJsonConverterFactory))]
public readonly record struct Reading<T>
{
    private readonly string? _note;

    internal Reading(T? value, ReadingSource source, string note)
    {
        Value = value;
        Source = source;
        _note = note;
    }

    public T? Value { get; }

    public ReadingSource Source { get; }

    /// <summary>Of an estimate, from what; of what is absent, why; else empty.</summary>
    public string Note => _note ?? "";

    public bool IsKnown => Source != ReadingSource.Absent;

    public T? Or(T? fallback) => IsKnown ? Value : fallback;

    public Reading<TOther> As<TOther>(Func<T, TOther> change) => IsKnown && Value is { } value
        ? new(change(value), Source, Note)
        : new(default, ReadingSource.Absent, Note);

    public bool Equals(Reading<T> other) => Source == other.Source && Note == other.Note && EqualityComparer<T>.Default.Equals(Value, other.Value);

    public override int GetHashCode() => HashCode.Combine(Value, Source, Note);

    /// <summary>For people: the value, <c>~value</c> for an estimate, <c>-</c> for what is absent.</summary>
    public override string ToString() => Source switch
    {
        ReadingSource.Absent => "-",
        ReadingSource.Estimated => FormattableString.Invariant($"~{Value}"),
        _ => FormattableString.Invariant($"{Value}"),
    };
}

/// <summary>Ways to make a <see cref="Reading{T}"/>.</summary>
public static class Readings
{
    public static Reading<T> Measured<T>(T value) => new(value, ReadingSource.Measured, "");

    /// <param name="from">What it was derived from.</param>
    public static Reading<T> Estimated<T>(T value, string from) => new(value, ReadingSource.Estimated, from);

    /// <param name="why">What is missing, in a few words.</param>
    public static Reading<T> Absent<T>(string why) => new(default, ReadingSource.Absent, why);
}

/// <summary>A list that was read, or why there is none. An empty one that was measured means: there are none.</summary>
public sealed record Listed<T>
{
    public IReadOnlyList<T> Items { get; init; } = [];

    public ReadingSource Source { get; init; }

    /// <summary>Why it is absent, or what was left out; else empty.</summary>
    public string Note { get; init; } = "";

    public bool Equals(Listed<T>? other) => other is not null && Source == other.Source && Note == other.Note && Items.SequenceEqual(other.Items);

    public override int GetHashCode() => HashCode.Combine(Source, Note, Items.Count);
}

/// <summary>Ways to make a <see cref="Listed{T}"/>.</summary>
public static class Listed
{
    /// <param name="most">More than this many are left out, and the note says so: an inventory is sent over the network.</param>
    public static Listed<T> Measured<T>(IReadOnlyList<T> items, int most = 64) => items.Count <= most
        ? new() { Items = items, Source = ReadingSource.Measured }
        : new() { Items = [.. items.Take(most)], Source = ReadingSource.Measured, Note = $"{items.Count - most} more are left out" };

    public static Listed<T> Absent<T>(string why) => new() { Note = why };
}
