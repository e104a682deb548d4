using Orleans.Runtime;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>The status of a reminder's tick.</summary>
public sealed class TickStatusCodec : ShallowCodec<TickStatus>
{
    public static readonly TickStatusCodec Instance = new();

    public override string Alias => nameof(TickStatus);

    public override WireType WireType => WireType.Group;

    public override void Write(WireWriter writer, TickStatus value)
    {
        writer.WriteTag(0, WireType.Fixed64);
        WellKnownCodecs.DateTime.Write(writer, value.FirstTickTime);
        writer.WriteTag(1, WireType.VarInt);
        WellKnownCodecs.TimeSpan.Write(writer, value.Period);
        writer.WriteTag(2, WireType.Fixed64);
        WellKnownCodecs.DateTime.Write(writer, value.CurrentTickTime);
        writer.WriteEnd();
    }

    public override TickStatus Read(ref WireReader reader)
    {
        DateTime first = default, current = default;
        TimeSpan period = default;
        reader.ReadStart(out _);
        while (reader.ReadTag(out var id, out var type))
        {
            switch (id)
            {
                case 0 when type == WireType.Fixed64:
                    first = WellKnownCodecs.DateTime.Read(ref reader);
                    break;
                case 1 when type == WireType.VarInt:
                    period = WellKnownCodecs.TimeSpan.Read(ref reader);
                    break;
                case 2 when type == WireType.Fixed64:
                    current = WellKnownCodecs.DateTime.Read(ref reader);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }
        return new TickStatus(first, period, current);
    }
}
