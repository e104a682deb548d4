using System.Numerics;

namespace Granary.Caching.Policies;

/// <summary>
/// How often keys were asked for lately, in 4 bits each: a count-min sketch of four rows whose counters are halved after ten times as many requests as it
/// is wide. Sources: G. Cormode, S. Muthukrishnan, An improved data stream summary: the count-min sketch, 2005; the halving is G. Einziger, R. Friedman,
/// B. Manes, TinyLFU: a highly efficient cache admission policy, ACM Transactions on Storage 13(4), 2017.
/// </summary>
internal sealed class FrequencySketch
{
    /// <summary>What a counter can hold.</summary>
    public const int Most = 15;

    private const int Rows = 4;
    private const int WordsOfLine = 8;
    private const int SamplesPerCounter = 10;
    private const ulong LowBits = 0x7777777777777777;

    private readonly ulong _seed;
    private ulong[] _table = [];
    private int _untilHalved;

    /// <param name="seed">Unknown to whoever chooses keys, or they could be chosen to collide.</param>
    public FrequencySketch(int width, ulong seed)
    {
        _seed = seed;
        Resize(width);
    }

    /// <summary>How many keys it counts well.</summary>
    public int Width { get; private set; }

    private int Period => (int)Math.Min(int.MaxValue, (long)SamplesPerCounter * Width);

    /// <summary>Widens the sketch; what it knew is lost.</summary>
    public void Resize(int width)
    {
        Width = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(width, 64, 1 << 28));
        // One word of 16 counters for each key, of which it uses four; as many words as keys keep errors rare.
        _table = new ulong[Width];
        _untilHalved = Period;
    }

    /// <summary>How often its counters have been halved.</summary>
    public int Halvings { get; private set; }

    /// <summary>One request, by which it ages; what is counted for it is said by <see cref="Add"/>, now or later.</summary>
    public void Tick()
    {
        if (--_untilHalved == 0) Halve();
    }

    /// <summary>So many uses more, 1 to <see cref="Most"/>.</summary>
    public void Add(ulong key, int uses)
    {
        var hash = Mixer.Mix(key ^ _seed);
        var line = LineOf(hash);
        for (var row = 0; row < Rows; row++)
        {
            ref var word = ref line[WordOf(hash, row)];
            var shift = ShiftOf(hash, row);
            var count = (int)((word >> shift) & Most);
            word += (ulong)(Math.Min(Most, count + uses) - count) << shift;
        }
    }

    /// <summary>About how often, 0 to <see cref="Most"/>; never too low since the last halving.</summary>
    public int Estimate(ulong key)
    {
        var hash = Mixer.Mix(key ^ _seed);
        var line = LineOf(hash);
        var least = Most;
        for (var row = 0; row < Rows; row++) least = Math.Min(least, (int)((line[WordOf(hash, row)] >> ShiftOf(hash, row)) & Most));
        return least;
    }

    /// <summary>All four counters of a key lie in one line of eight words, of which each row has two: one miss of the processor's caches for each key.</summary>
    private Span<ulong> LineOf(ulong hash) => _table.AsSpan((int)((hash >> 32) & (uint)(Width - 1)) & -WordsOfLine, WordsOfLine);

    private static int WordOf(ulong hash, int row) => 2 * row + (int)(hash >> (8 * row) & 1);

    private static int ShiftOf(ulong hash, int row) => 4 * (int)(hash >> (8 * row + 1) & 15);

    private void Halve()
    {
        for (var i = 0; i < _table.Length; i++) _table[i] = (_table[i] >> 1) & LowBits;
        _untilHalved = Period / 2;
        Halvings++;
    }
}
