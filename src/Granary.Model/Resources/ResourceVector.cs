using System.Runtime.Intrinsics;
using System.Text;

namespace Granary.Model;

/// <summary>
/// An amount of every resource in one 64-byte cache line: sixteen 32-bit lanes in the base units of <see cref="ResourceSet"/>.
/// Lanes 0 to 5 are <see cref="ResourceNames.BuiltIn"/>; lanes 6 to 15 belong to the custom names of one pool, in that pool's order.
/// Add, subtract, compare, minimum and maximum are branch-free; sums over many nodes need <see cref="ResourceTotals"/>.
/// </summary>
/// <remarks>Two 256-bit halves rather than one 512-bit vector: every machine with AVX2 runs it at full speed, others by narrower halves.</remarks>
public readonly struct ResourceVector : IEquatable<ResourceVector>
{
    /// <summary>Number of lanes.</summary>
    public const int Lanes = 16;

    /// <summary>How many custom names a pool can have beside the built-in ones.</summary>
    public const int CustomLanes = Lanes - 6;

    private readonly Vector256<int> _low;
    private readonly Vector256<int> _high;

    internal ResourceVector(Vector256<int> low, Vector256<int> high)
    {
        _low = low;
        _high = high;
    }

    /// <param name="lanes">Up to sixteen amounts; what is missing is zero.</param>
    public ResourceVector(ReadOnlySpan<int> lanes)
    {
        Span<int> all = stackalloc int[Lanes];
        all.Clear();
        lanes.CopyTo(all);
        _low = Vector256.Create<int>(all[..8]);
        _high = Vector256.Create<int>(all[8..]);
    }

    /// <summary>Nothing of anything.</summary>
    public static ResourceVector Zero => default;

    /// <summary>More than any node has, in every lane.</summary>
    public static ResourceVector Infinite => new(Vector256.Create(int.MaxValue), Vector256.Create(int.MaxValue));

    /// <summary>Less than any request, in every lane: nothing fits in it.</summary>
    public static ResourceVector Nothing => new(Vector256.Create(-1), Vector256.Create(-1));

    internal Vector256<int> Low => _low;

    internal Vector256<int> High => _high;

    /// <summary>The amount in one lane, 0 to 15.</summary>
    public int this[int lane] => lane < 8 ? _low.GetElement(lane) : _high.GetElement(lane - 8);

    /// <summary>The same but for one lane.</summary>
    public ResourceVector With(int lane, int amount) => lane < 8 ? new(_low.WithElement(lane, amount), _high) : new(_low, _high.WithElement(lane - 8, amount));

    /// <summary>True when no lane is different from zero.</summary>
    public bool IsZero => (_low | _high) == Vector256<int>.Zero;

    public static ResourceVector operator +(in ResourceVector a, in ResourceVector b) => new(a._low + b._low, a._high + b._high);

    public static ResourceVector operator -(in ResourceVector a, in ResourceVector b) => new(a._low - b._low, a._high - b._high);

    public static bool operator ==(in ResourceVector a, in ResourceVector b) => a._low == b._low & a._high == b._high;

    public static bool operator !=(in ResourceVector a, in ResourceVector b) => !(a == b);

    /// <summary>The smaller amount of each lane.</summary>
    public static ResourceVector Min(in ResourceVector a, in ResourceVector b) =>
        new(Vector256.Min(a._low, b._low), Vector256.Min(a._high, b._high));

    /// <summary>The larger amount of each lane.</summary>
    public static ResourceVector Max(in ResourceVector a, in ResourceVector b) =>
        new(Vector256.Max(a._low, b._low), Vector256.Max(a._high, b._high));

    /// <summary>True when every lane is at most that of <paramref name="free"/>.</summary>
    public bool FitsIn(in ResourceVector free) =>
        Vector256.LessThanOrEqualAll(_low, free._low) & Vector256.LessThanOrEqualAll(_high, free._high);

    /// <summary>Copies the sixteen lanes.</summary>
    public void CopyTo(Span<int> lanes)
    {
        _low.CopyTo(lanes);
        _high.CopyTo(lanes[8..]);
    }

    public bool Equals(ResourceVector other) => this == other;

    public override bool Equals(object? obj) => obj is ResourceVector other && this == other;

    public override int GetHashCode()
    {
        // Its own mixing rather than HashCode: that one is seeded per process, and nothing here may depend on the process.
        var hash = 17u;
        for (var lane = 0; lane < Lanes; lane++) hash = (hash ^ (uint)this[lane]) * 0x9E3779B1u;
        return (int)(hash ^ (hash >> 15));
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        for (var lane = 0; lane < Lanes; lane++)
        {
            if (this[lane] == 0) continue;
            if (text.Length > 0) text.Append(',');
            if (lane < ResourceNames.BuiltIn.Count)
                text.Append(ResourceNames.BuiltIn[lane]).Append('=').Append(Quantity.Format(ResourceNames.BuiltIn[lane], this[lane]));
            else
                text.Append("lane").Append(lane).Append('=').Append(this[lane]);
        }
        return text.Length == 0 ? "none" : text.ToString();
    }
}
