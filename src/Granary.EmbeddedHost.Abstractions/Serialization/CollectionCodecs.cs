using System.Collections.Immutable;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>A codec of something with items in an order.</summary>
/// <typeparam name="TCollection">The declared type; what is read is the type that <see cref="Build"/> makes.</typeparam>
public abstract class SequenceCodec<TCollection, TItem>(Codec<TItem> item) : Codec<TCollection>
{
    public sealed override WireType WireType => WireType.Sequence;

    protected Codec<TItem> Item { get; } = item;

    protected abstract IEnumerable<TItem>? Items(TCollection value);

    protected abstract TCollection Build(TItem[] items);

    public override void Write(WireWriter writer, TCollection value)
    {
        var items = Items(value);
        if (items is null)
        {
            writer.WriteByte(0);
            return;
        }
        if (!items.TryGetNonEnumeratedCount(out var count))
        {
            var list = items.ToList();
            (items, count) = (list, list.Count);
        }
        writer.WriteCount(count, Item.WireType);
        if (items is TItem[] array)
        {
            foreach (var i in array)
                Item.Write(writer, i);
        }
        else if (items is List<TItem> list)
        {
            foreach (var i in list)
                Item.Write(writer, i);
        }
        else
        {
            foreach (var i in items)
                Item.Write(writer, i);
        }
    }

    public override TCollection Read(ref WireReader reader)
    {
        var count = reader.ReadCount(Item.WireType);
        if (count < 0)
            return default!;
        if (count == 0)
            return Build([]);
        // Longer ones grow as their items come: a count promises up to one item a byte, in every level of what is nested.
        var items = new TItem[Math.Min(count, 1024)];
        for (var i = 0; i < count; i++)
        {
            if (i == items.Length)
                Array.Resize(ref items, (int)Math.Min(count, 2L * i));
            items[i] = Item.Read(ref reader);
        }
        return Build(items);
    }

    public override TCollection Copy(TCollection value)
    {
        var items = Items(value);
        if (items is null)
            return default!;
        var copy = items.ToArray();
        if (!Item.IsShallow)
        {
            for (var i = 0; i < copy.Length; i++)
                copy[i] = Item.Copy(copy[i]);
        }
        return Build(copy);
    }
}

/// <summary>A codec of a sequence made from its items by a function.</summary>
public sealed class CollectionCodec<TCollection, TItem>(Codec<TItem> item, Func<TItem[], TCollection> build)
    : SequenceCodec<TCollection, TItem>(item) where TCollection : class, IEnumerable<TItem>
{
    protected override IEnumerable<TItem>? Items(TCollection value) => value;

    protected override TCollection Build(TItem[] items) => build(items);
}

/// <summary>A codec of an immutable sequence: copied only if its items are.</summary>
public sealed class ImmutableCollectionCodec<TCollection, TItem>(Codec<TItem> item, Func<TItem[], TCollection> build)
    : SequenceCodec<TCollection, TItem>(item) where TCollection : class, IEnumerable<TItem>
{
    public override bool IsShallow => Item.IsShallow;

    public override TCollection Copy(TCollection value) => Item.IsShallow ? value : base.Copy(value);

    protected override IEnumerable<TItem>? Items(TCollection value) => value;

    protected override TCollection Build(TItem[] items) => build(items);
}

/// <summary>Immutable arrays; the default one is null.</summary>
public sealed class ImmutableArrayCodec<TItem>(Codec<TItem> item) : SequenceCodec<ImmutableArray<TItem>, TItem>(item)
{
    public override bool IsShallow => Item.IsShallow;

    public override ImmutableArray<TItem> Copy(ImmutableArray<TItem> value) => Item.IsShallow ? value : base.Copy(value);

    protected override IEnumerable<TItem>? Items(ImmutableArray<TItem> value)
        => System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsArray(value);

    protected override ImmutableArray<TItem> Build(TItem[] items)
        => System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(items);
}

/// <summary>Dictionaries, as sequences of pairs. What is read compares keys by their type's default.</summary>
public sealed class DictionaryCodec<TDictionary, TKey, TValue>(
    Codec<TKey> key, Codec<TValue> value, Func<KeyValuePair<TKey, TValue>[], TDictionary> build)
    : SequenceCodec<TDictionary, KeyValuePair<TKey, TValue>>(new PairCodec<TKey, TValue>(key, value))
    where TDictionary : class, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    protected override IEnumerable<KeyValuePair<TKey, TValue>>? Items(TDictionary value) => value;

    protected override TDictionary Build(KeyValuePair<TKey, TValue>[] items) => build(items);

    public override TDictionary Copy(TDictionary value) => value switch
    {
        null => null!,
        Dictionary<TKey, TValue> d when Item.IsShallow && typeof(TDictionary) == typeof(Dictionary<TKey, TValue>)
            => (TDictionary)(object)new Dictionary<TKey, TValue>(d, d.Comparer),
        _ => base.Copy(value),
    };
}

/// <summary>Null, or a value.</summary>
public sealed class NullableCodec<T>(Codec<T> value) : Codec<T?> where T : struct
{
    public override WireType WireType => WireType.Sequence;

    public override bool IsShallow => value.IsShallow;

    public override void Write(WireWriter writer, T? v)
    {
        if (v is null)
        {
            writer.WriteByte(0);
            return;
        }
        writer.WriteCount(1, value.WireType);
        value.Write(writer, v.GetValueOrDefault());
    }

    public override T? Read(ref WireReader reader) => reader.ReadCount(value.WireType) switch
    {
        -1 => null,
        1 => value.Read(ref reader),
        _ => throw new CodecException($"A {typeof(T).Name} or null is neither."),
    };

    public override T? Copy(T? v) => v is null || IsShallow ? v : value.Copy(v.GetValueOrDefault());
}
