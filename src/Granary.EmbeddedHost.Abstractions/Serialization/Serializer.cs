using Granary.EmbeddedHost.Serialization;

namespace Orleans.Serialization;

/// <summary>Values as bytes: for storage providers and tests. A type needs a codec: a platform type, or <c>[GenerateSerializer]</c>.</summary>
public sealed class Serializer
{
    /// <exception cref="CodecException">The type has no codec.</exception>
    public byte[] SerializeToArray<T>(T value)
    {
        using var writer = new WireWriter();
        CodecRegistry.OfDeclared<T>().Write(writer, value);
        return writer.Written.ToArray();
    }

    /// <exception cref="CodecException">The bytes are not a value of the type.</exception>
    public T Deserialize<T>(byte[] input) => Deserialize<T>(input.AsSpan());

    /// <exception cref="CodecException">The bytes are not a value of the type.</exception>
    public T Deserialize<T>(ReadOnlySpan<byte> input)
    {
        var reader = new WireReader(input);
        return CodecRegistry.OfDeclared<T>().Read(ref reader);
    }
}
