using System.Net;
using System.Numerics;
using System.Text.Json;
using Orleans.Runtime;
using Orleans.Storage;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>Codecs of the platform's and the host's own types.</summary>
public static class WellKnownCodecs
{
    public static BooleanCodec Boolean => BooleanCodec.Instance;
    public static UnsignedCodec<byte> Byte => UnsignedCodec<byte>.Instance;
    public static SignedCodec<sbyte> SByte => SignedCodec<sbyte>.Instance;
    public static SignedCodec<short> Int16 => SignedCodec<short>.Instance;
    public static UnsignedCodec<ushort> UInt16 => UnsignedCodec<ushort>.Instance;
    public static SignedCodec<int> Int32 => SignedCodec<int>.Instance;
    public static UnsignedCodec<uint> UInt32 => UnsignedCodec<uint>.Instance;
    public static SignedCodec<long> Int64 => SignedCodec<long>.Instance;
    public static UnsignedCodec<ulong> UInt64 => UnsignedCodec<ulong>.Instance;
    public static FixedCodec<Int128> Int128 => FixedCodec<Int128>.Instance;
    public static FixedCodec<UInt128> UInt128 => FixedCodec<UInt128>.Instance;
    public static UnsignedCodec<char> Char => UnsignedCodec<char>.Instance;
    public static FixedCodec<float> Single => FixedCodec<float>.Instance;
    public static FixedCodec<double> Double => FixedCodec<double>.Instance;
    public static FixedCodec<decimal> Decimal => FixedCodec<decimal>.Instance;
    public static StringCodec String => StringCodec.Instance;
    public static FixedCodec<Guid> Guid => FixedCodec<Guid>.Instance;
    public static DateTimeCodec DateTime => DateTimeCodec.Instance;
    public static DateTimeOffsetCodec DateTimeOffset => DateTimeOffsetCodec.Instance;
    public static SignedCodec<TimeSpan> TimeSpan => SignedCodec<TimeSpan>.Instance;
    public static SignedCodec<DateOnly> DateOnly => SignedCodec<DateOnly>.Instance;
    public static SignedCodec<TimeOnly> TimeOnly => SignedCodec<TimeOnly>.Instance;
    public static BytesCodec<byte[]> Bytes => OfBytes.Instance;
    public static BytesCodec<ReadOnlyMemory<byte>> ReadOnlyMemory => OfReadOnlyMemory.Instance;
    public static BytesCodec<Memory<byte>> Memory => OfMemory.Instance;
    public static BytesCodec<BigInteger> BigInteger => OfBigInteger.Instance;
    public static TextCodec<Uri> Uri => OfUri.Instance;
    public static TextCodec<Version> Version => OfVersion.Instance;
    public static TextCodec<IPAddress> IPAddress => OfIPAddress.Instance;
    public static TextCodec<IPEndPoint> IPEndPoint => OfIPEndPoint.Instance;
    public static TextCodec<GrainId> GrainId => OfGrainId.Instance;
    public static TextCodec<GrainType> GrainType => OfGrainType.Instance;
    public static TextCodec<IdSpan> IdSpan => OfIdSpan.Instance;
    public static TextCodec<StreamId> StreamId => OfStreamId.Instance;
    public static TickStatusCodec TickStatus => TickStatusCodec.Instance;
    public static AnyCodec<Exception> Exception => AnyCodec<Exception>.Instance;

    internal static IEnumerable<Codec> All =>
    [
        Boolean, Byte, SByte, Int16, UInt16, Int32, UInt32, Int64, UInt64, Int128, UInt128, Char, Single, Double, Decimal, String, Guid,
        DateTime, DateTimeOffset, TimeSpan, DateOnly, TimeOnly, Bytes, BigInteger, Uri, Version, IPAddress, IPEndPoint,
        GrainId, GrainType, IdSpan, StreamId, TickStatus,
        Of<Exception>(), Of<ApplicationException>(), Of<ArgumentException>(), Of<ArgumentNullException>(), Of<ArgumentOutOfRangeException>(),
        Of<ArithmeticException>(), Of<OverflowException>(), Of<DivideByZeroException>(), Of<FormatException>(),
        Of<IndexOutOfRangeException>(), Of<InvalidCastException>(), Of<InvalidOperationException>(), Of<KeyNotFoundException>(),
        Of<NotSupportedException>(), Of<NullReferenceException>(), Of<ObjectDisposedException>(), Of<OperationCanceledException>(),
        Of<TaskCanceledException>(), Of<TimeoutException>(), Of<UnauthorizedAccessException>(), Of<IOException>(),
        Of<FileNotFoundException>(), Of<DirectoryNotFoundException>(), Of<InvalidDataException>(), Of<EndOfStreamException>(),
        Of<JsonException>(), Of<InsufficientExecutionStackException>(), Of<OutOfMemoryException>(), Of<AggregateException>(),
        Of<OrleansException>(), Of<OrleansMessageRejectionException>(), Of<SiloUnavailableException>(), Of<ClientNotAvailableException>(),
        Of<OrleansConfigurationException>(), Of<ReminderException>(), Of<CodecException>(),
        new WrappedExceptionCodec(), new InconsistentStateExceptionCodec(),
    ];

    private static ExceptionCodec<T> Of<T>() where T : Exception => new(typeof(T).Name);

    // Each in a class of its own: a program pays at its start for the ones it uses.
    private static class OfBytes
    {
        internal static readonly BytesCodec<byte[]> Instance = new("byte[]", false, b => b, b => b);
    }

    private static class OfReadOnlyMemory
    {
        internal static readonly BytesCodec<ReadOnlyMemory<byte>> Instance = new(null, false, b => b, b => b);
    }

    private static class OfMemory
    {
        internal static readonly BytesCodec<Memory<byte>> Instance = new(null, false, b => b, b => b);
    }

    private static class OfBigInteger
    {
        internal static readonly BytesCodec<BigInteger> Instance = new("BigInteger", true, b => b.ToByteArray(), b => new BigInteger(b));
    }

    private static class OfUri
    {
        internal static readonly TextCodec<Uri> Instance = new("Uri", u => u.OriginalString, t => new Uri(t, UriKind.RelativeOrAbsolute));
    }

    private static class OfVersion
    {
        internal static readonly TextCodec<Version> Instance = new("Version", v => v.ToString(), System.Version.Parse);
    }

    private static class OfIPAddress
    {
        internal static readonly TextCodec<IPAddress> Instance = new("IPAddress", a => a.ToString(), System.Net.IPAddress.Parse);
    }

    private static class OfIPEndPoint
    {
        internal static readonly TextCodec<IPEndPoint> Instance = new("IPEndPoint", a => a.ToString(), System.Net.IPEndPoint.Parse);
    }

    private static class OfGrainId
    {
        internal static readonly TextCodec<GrainId> Instance = new(
        "GrainId", i => i.IsDefault ? "" : i.ToString(), t => t.Length == 0 ? default : Orleans.Runtime.GrainId.Parse(t));
    }

    private static class OfGrainType
    {
        internal static readonly TextCodec<GrainType> Instance = new(
        "GrainType", i => i.ToString(), t => t.Length == 0 ? default : Orleans.Runtime.GrainType.Create(t));
    }

    private static class OfIdSpan
    {
        internal static readonly TextCodec<IdSpan> Instance = new("IdSpan", i => i.ToString(), Orleans.Runtime.IdSpan.Create);
    }

    private static class OfStreamId
    {
        internal static readonly TextCodec<StreamId> Instance = new(
        "StreamId",
        i => $"{i.GetNamespace()?.Length ?? -1}:{i.GetNamespace()}{i.GetKeyAsString()}",
        t => t.IndexOf(':') is var colon && int.Parse(t.AsSpan(0, colon), System.Globalization.CultureInfo.InvariantCulture) is var n && n < 0
            ? Orleans.Runtime.StreamId.Create(null, t[(colon + 1)..])
            : Orleans.Runtime.StreamId.Create(t.Substring(colon + 1, n), t[(colon + 1 + n)..]));
    }

    private sealed class WrappedExceptionCodec() : ExceptionCodec<WrappedException>(nameof(WrappedException))
    {
        protected override void WriteMembers(WireWriter writer, WrappedException value)
        {
            writer.WriteTag(0, WireType.Bytes);
            writer.WriteString(value.OriginalExceptionType);
        }

        protected override bool ReadMember(ref WireReader reader, uint id, WireType type, WrappedException value)
        {
            if (id != 0 || type != WireType.Bytes)
                return false;
            value.OriginalExceptionType = reader.ReadString();
            return true;
        }
    }

    private sealed class InconsistentStateExceptionCodec() : ExceptionCodec<InconsistentStateException>(nameof(InconsistentStateException))
    {
        protected override void WriteMembers(WireWriter writer, InconsistentStateException value)
        {
            writer.WriteTag(1, WireType.Bytes);
            writer.WriteString(value.StoredEtag);
            writer.WriteTag(2, WireType.Bytes);
            writer.WriteString(value.CurrentEtag);
        }

        protected override bool ReadMember(ref WireReader reader, uint id, WireType type, InconsistentStateException value)
        {
            if (id is not (1 or 2) || type != WireType.Bytes)
                return false;
            if (id == 1)
                value.StoredEtag = reader.ReadString();
            else
                value.CurrentEtag = reader.ReadString();
            return true;
        }
    }
}
