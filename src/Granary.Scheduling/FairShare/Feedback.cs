using System.Numerics;

namespace Granary.Scheduling.FairShare;

/// <summary>What an agent got since weights were adapted last. Not in the journal: what is decided from it is.</summary>
internal sealed class Feedback
{
    /// <summary>Waits counted by powers of two of a millisecond.</summary>
    private readonly int[] _waits = new int[48];
    private int _waited;

    /// <summary>Dominant-share-seconds.</summary>
    public double Received { get; private set; }

    /// <summary>Dominant-share-seconds.</summary>
    public double Owed { get; private set; }

    public int Kept { get; set; }

    public int Missed { get; set; }

    public void Observed(double received, double owed)
    {
        Received += received;
        Owed += owed;
    }

    public void Waited(long micros)
    {
        _waits[Math.Min(_waits.Length - 1, BitOperations.Log2((ulong)(Math.Max(0, micros) / 1000) + 1))]++;
        _waited++;
    }

    /// <summary>The 90th percentile of the waits, in milliseconds, within a factor of two; null when nothing was given.</summary>
    public double? LongWait
    {
        get
        {
            if (_waited == 0) return null;
            var rank = _waited - _waited / 10;
            var bucket = 0;
            for (var seen = _waits[0]; seen < rank; seen += _waits[bucket]) bucket++;
            return (1L << bucket) * 1.5 - 1;
        }
    }

    public bool IsEmpty => Owed == 0 && _waited == 0 && Kept + Missed == 0;

    public void Clear()
    {
        Array.Clear(_waits);
        _waited = Kept = Missed = 0;
        Received = Owed = 0;
    }
}
