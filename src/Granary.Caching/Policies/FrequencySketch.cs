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

    private const int SamplesPerCounter = 10;
    private const ulong OneBits = 0x1111111111111111, LowBits = 0x7777777777777777;

    private readonly ulong _seed;
    private ulong[] _table = [];
    private int _additions;

    /// <param name="seed">Unknown to whoever chooses keys, or they could be chosen to collide.</param>
    public FrequencySketch(int width, ulong seed)
    {
        _seed = seed;
        Resize(width);
    }

    /// <summary>How many keys it counts well.</summary>
    public int Width { get; private set; }

    /// <summary>Widens the sketch; what it knew is lost.</summary>
    public void Resize(int width)
    {
        Width = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(width, 64, 1 << 28));
        // One word of 16 counters for each key, of which it uses four; as many words as keys keep errors rare.
        _table = new ulong[Width];
        _additions = 0;
    }

    public void Add(ulong key)
    {
        var hash = Mixer.Mix(key ^ _seed);
        var added = false;
        for (var row = 0; row < 4; row++)
        {
            var (word, shift) = Place(hash, row);
            if (((_table[word] >> shift) & Most) == Most) continue;
            _table[word] += 1UL << shift;
            added = true;
        }
        if (added && ++_additions >= SamplesPerCounter * Width) Halve();
    }

    /// <summary>About how often, 0 to <see cref="Most"/>; never too low since the last halving.</summary>
    public int Estimate(ulong key)
    {
        var hash = Mixer.Mix(key ^ _seed);
        var least = Most;
        for (var row = 0; row < 4; row++)
        {
            var (word, shift) = Place(hash, row);
            least = Math.Min(least, (int)((_table[word] >> shift) & Most));
        }
        return least;
    }

    private (int Word, int Shift) Place(ulong hash, int row)
    {
        // Two halves of one hash make four (A. Kirsch, M. Mitzenmacher, Less hashing, same performance, 2006).
        var word = (uint)hash + (uint)row * ((uint)(hash >> 32) | 1);
        return ((int)(word & (uint)(Width - 1)), (row * 4 + (int)(hash >> (56 + 2 * row) & 3)) * 4);
    }

    private void Halve()
    {
        var odd = 0;
        for (var i = 0; i < _table.Length; i++)
        {
            odd += BitOperations.PopCount(_table[i] & OneBits);
            _table[i] = (_table[i] >> 1) & LowBits;
        }
        _additions = (_additions - odd / 4) / 2;
    }
}
