namespace Granary.EmbeddedHost.Serialization;

/// <summary>Dates and times with their kind, exact to the tick.</summary>
public sealed class DateTimeCodec : ShallowCodec<DateTime>
{
    public static readonly DateTimeCodec Instance = new();

    public override string? Alias => "DateTime";

    public override WireType WireType => WireType.Fixed64;

    public override void Write(WireWriter writer, DateTime value) => writer.WriteFixed64((ulong)value.Ticks | ((ulong)value.Kind << 62));

    public override DateTime Read(ref WireReader reader)
    {
        var bits = reader.ReadFixed64();
        var ticks = (long)(bits & 0x3FFF_FFFF_FFFF_FFFF);
        return ticks <= DateTime.MaxValue.Ticks && bits >> 62 <= 2
            ? new DateTime(ticks, (DateTimeKind)(bits >> 62))
            : throw new CodecException("A date is out of range.");
    }
}

/// <summary>Points in time with their offset from UTC.</summary>
public sealed class DateTimeOffsetCodec : ShallowCodec<DateTimeOffset>
{
    public static readonly DateTimeOffsetCodec Instance = new();

    public override string? Alias => "DateTimeOffset";

    public override WireType WireType => WireType.Fixed128;

    public override void Write(WireWriter writer, DateTimeOffset value)
        => writer.WriteFixed128(new UInt128((ulong)value.Offset.Ticks, (ulong)value.Ticks));

    public override DateTimeOffset Read(ref WireReader reader)
    {
        var bits = reader.ReadFixed128();
        try
        {
            return new DateTimeOffset((long)(ulong)bits, new TimeSpan((long)(ulong)(bits >> 64)));
        }
        catch (ArgumentException)
        {
            throw new CodecException("A date is out of range.");
        }
    }
}
