using Orleans.Streams;

namespace Orleans.Streams
{
    /// <summary>The place of an event in its stream.</summary>
    [GenerateSerializer]
    public abstract class StreamSequenceToken : IEquatable<StreamSequenceToken?>, IComparable<StreamSequenceToken?>
    {
        public abstract long SequenceNumber { get; protected set; }

        public abstract int EventIndex { get; protected set; }

        public abstract bool Equals(StreamSequenceToken? other);

        public abstract int CompareTo(StreamSequenceToken? other);
    }
}

namespace Orleans.Providers.Streams.Common
{
    /// <summary>A place given by the number of a batch and the index of the event in it.</summary>
    [GenerateSerializer]
    public class EventSequenceTokenV2 : StreamSequenceToken
    {
        public EventSequenceTokenV2()
        {
        }

        public EventSequenceTokenV2(long seqNumber, int eventInd = 0)
        {
            SequenceNumber = seqNumber;
            EventIndex = eventInd;
        }

        [Id(0)]
        public sealed override long SequenceNumber { get; protected set; }

        [Id(1)]
        public sealed override int EventIndex { get; protected set; }

        public override bool Equals(StreamSequenceToken? other)
            => other is EventSequenceTokenV2 && SequenceNumber == other.SequenceNumber && EventIndex == other.EventIndex;

        public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

        public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);

        public override int CompareTo(StreamSequenceToken? other)
            => other is null ? 1 : (SequenceNumber, EventIndex).CompareTo((other.SequenceNumber, other.EventIndex));

        public override string ToString() => $"{SequenceNumber}:{EventIndex}";
    }
}
