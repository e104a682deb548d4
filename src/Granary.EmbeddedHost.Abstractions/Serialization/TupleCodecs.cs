namespace Granary.EmbeddedHost.Serialization;

/// <summary>A codec of a struct whose parts are fields 0, 1, 2 and so on.</summary>
public abstract class PartsCodec<T>(params Codec[] parts) : Codec<T> where T : struct
{
    private readonly bool _shallow = parts.All(p => p.IsShallow);

    public sealed override WireType WireType => WireType.Group;

    public sealed override bool IsShallow => _shallow;

    public sealed override T Read(ref WireReader reader)
    {
        var value = default(T);
        if (!reader.ReadStart(out _))
            return value;
        while (reader.ReadTag(out var id, out var type))
        {
            if (id < (uint)parts.Length)
            {
                reader.Expect(type, parts[id].WireType, "tuple", id);
                ReadPart(ref reader, id, ref value);
            }
            else
            {
                reader.Skip(type);
            }
        }
        return value;
    }

    protected abstract void ReadPart(ref WireReader reader, uint id, ref T value);

    protected static void WritePart<TPart>(WireWriter writer, uint id, Codec<TPart> codec, TPart value)
    {
        writer.WriteTag(id, codec.WireType);
        codec.Write(writer, value);
    }
}

/// <summary>Key and value.</summary>
public sealed class PairCodec<TKey, TValue>(Codec<TKey> key, Codec<TValue> value) : PartsCodec<KeyValuePair<TKey, TValue>>(key, value)
{
    public override void Write(WireWriter writer, KeyValuePair<TKey, TValue> v)
    {
        WritePart(writer, 0, key, v.Key);
        WritePart(writer, 1, value, v.Value);
        writer.WriteEnd();
    }

    protected override void ReadPart(ref WireReader reader, uint id, ref KeyValuePair<TKey, TValue> v)
        => v = id == 0 ? new(key.Read(ref reader), v.Value) : new(v.Key, value.Read(ref reader));

    public override KeyValuePair<TKey, TValue> Copy(KeyValuePair<TKey, TValue> v) => IsShallow ? v : new(key.Copy(v.Key), value.Copy(v.Value));
}

/// <summary>Tuples of two.</summary>
public sealed class TupleCodec<T1, T2>(Codec<T1> c1, Codec<T2> c2) : PartsCodec<(T1, T2)>(c1, c2)
{
    public override void Write(WireWriter writer, (T1, T2) v)
    {
        WritePart(writer, 0, c1, v.Item1);
        WritePart(writer, 1, c2, v.Item2);
        writer.WriteEnd();
    }

    protected override void ReadPart(ref WireReader reader, uint id, ref (T1, T2) v)
    {
        if (id == 0)
            v.Item1 = c1.Read(ref reader);
        else
            v.Item2 = c2.Read(ref reader);
    }

    public override (T1, T2) Copy((T1, T2) v) => IsShallow ? v : (c1.Copy(v.Item1), c2.Copy(v.Item2));
}

/// <summary>Tuples of three.</summary>
public sealed class TupleCodec<T1, T2, T3>(Codec<T1> c1, Codec<T2> c2, Codec<T3> c3) : PartsCodec<(T1, T2, T3)>(c1, c2, c3)
{
    public override void Write(WireWriter writer, (T1, T2, T3) v)
    {
        WritePart(writer, 0, c1, v.Item1);
        WritePart(writer, 1, c2, v.Item2);
        WritePart(writer, 2, c3, v.Item3);
        writer.WriteEnd();
    }

    protected override void ReadPart(ref WireReader reader, uint id, ref (T1, T2, T3) v)
    {
        if (id == 0)
            v.Item1 = c1.Read(ref reader);
        else if (id == 1)
            v.Item2 = c2.Read(ref reader);
        else
            v.Item3 = c3.Read(ref reader);
    }

    public override (T1, T2, T3) Copy((T1, T2, T3) v) => IsShallow ? v : (c1.Copy(v.Item1), c2.Copy(v.Item2), c3.Copy(v.Item3));
}

/// <summary>Tuples of four.</summary>
public sealed class TupleCodec<T1, T2, T3, T4>(Codec<T1> c1, Codec<T2> c2, Codec<T3> c3, Codec<T4> c4)
    : PartsCodec<(T1, T2, T3, T4)>(c1, c2, c3, c4)
{
    public override void Write(WireWriter writer, (T1, T2, T3, T4) v)
    {
        WritePart(writer, 0, c1, v.Item1);
        WritePart(writer, 1, c2, v.Item2);
        WritePart(writer, 2, c3, v.Item3);
        WritePart(writer, 3, c4, v.Item4);
        writer.WriteEnd();
    }

    protected override void ReadPart(ref WireReader reader, uint id, ref (T1, T2, T3, T4) v)
    {
        if (id == 0)
            v.Item1 = c1.Read(ref reader);
        else if (id == 1)
            v.Item2 = c2.Read(ref reader);
        else if (id == 2)
            v.Item3 = c3.Read(ref reader);
        else
            v.Item4 = c4.Read(ref reader);
    }

    public override (T1, T2, T3, T4) Copy((T1, T2, T3, T4) v)
        => IsShallow ? v : (c1.Copy(v.Item1), c2.Copy(v.Item2), c3.Copy(v.Item3), c4.Copy(v.Item4));
}
