using System.Net;
using System.Numerics;
using System.Text.Json;
using Orleans.Runtime;
using Orleans.Storage;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>Codecs of the platform's and the host's own types.</summary>
public static class WellKnownCodecs
{
    public static readonly BooleanCodec Boolean = new();
    public static readonly UnsignedCodec<byte> Byte = new("byte");
    public static readonly SignedCodec<sbyte> SByte = new("sbyte");
    public static readonly SignedCodec<short> Int16 = new("short");
    public static readonly UnsignedCodec<ushort> UInt16 = new("ushort");
    public static readonly SignedCodec<int> Int32 = new("int");
    public static readonly UnsignedCodec<uint> UInt32 = new("uint");
    public static readonly SignedCodec<long> Int64 = new("long");
    public static readonly UnsignedCodec<ulong> UInt64 = new("ulong");
    public static readonly FixedCodec<Int128> Int128 = new("Int128");
    public static readonly FixedCodec<UInt128> UInt128 = new("UInt128");
    public static readonly UnsignedCodec<char> Char = new("char");
    public static readonly FixedCodec<float> Single = new("float");
    public static readonly FixedCodec<double> Double = new("double");
    public static readonly FixedCodec<decimal> Decimal = new("decimal");
    public static readonly StringCodec String = new();
    public static readonly FixedCodec<Guid> Guid = new("Guid");
    public static readonly DateTimeCodec DateTime = new();
    public static readonly DateTimeOffsetCodec DateTimeOffset = new();
    public static readonly SignedCodec<TimeSpan> TimeSpan = new("TimeSpan");
    public static readonly SignedCodec<DateOnly> DateOnly = new("DateOnly");
    public static readonly SignedCodec<TimeOnly> TimeOnly = new("TimeOnly");
    public static readonly BytesCodec<byte[]> Bytes = new("byte[]", false, b => b, b => b);
    public static readonly BytesCodec<ReadOnlyMemory<byte>> ReadOnlyMemory = new(null, false, b => b, b => b);
    public static readonly BytesCodec<Memory<byte>> Memory = new(null, false, b => b, b => b);
    public static readonly BytesCodec<BigInteger> BigInteger = new("BigInteger", true, b => b.ToByteArray(), b => new BigInteger(b));
    public static readonly TextCodec<Uri> Uri = new("Uri", u => u.OriginalString, t => new Uri(t, UriKind.RelativeOrAbsolute));
    public static readonly TextCodec<Version> Version = new("Version", v => v.ToString(), System.Version.Parse);
    public static readonly TextCodec<IPAddress> IPAddress = new("IPAddress", a => a.ToString(), System.Net.IPAddress.Parse);
    public static readonly TextCodec<IPEndPoint> IPEndPoint = new("IPEndPoint", a => a.ToString(), System.Net.IPEndPoint.Parse);
    public static readonly TextCodec<GrainId> GrainId = new(
        "GrainId", i => i.IsDefault ? "" : i.ToString(), t => t.Length == 0 ? default : Orleans.Runtime.GrainId.Parse(t));
    public static readonly TextCodec<GrainType> GrainType = new(
        "GrainType", i => i.ToString(), t => t.Length == 0 ? default : Orleans.Runtime.GrainType.Create(t));
    public static readonly TextCodec<IdSpan> IdSpan = new("IdSpan", i => i.ToString(), Orleans.Runtime.IdSpan.Create);
    public static readonly TextCodec<StreamId> StreamId = new(
        "StreamId",
        i => $"{i.GetNamespace()?.Length ?? -1}:{i.GetNamespace()}{i.GetKeyAsString()}",
        t => t.IndexOf(':') is var colon && int.Parse(t.AsSpan(0, colon), System.Globalization.CultureInfo.InvariantCulture) is var n && n < 0
            ? Orleans.Runtime.StreamId.Create(null, t[(colon + 1)..])
            : Orleans.Runtime.StreamId.Create(t.Substring(colon + 1, n), t[(colon + 1 + n)..]));
    public static readonly TickStatusCodec TickStatus = new();
    public static readonly AnyCodec<Exception> Exception = AnyCodec<Exception>.Instance;

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
