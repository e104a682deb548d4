using System.Runtime.Intrinsics;

namespace Granary.Model;

/// <summary>Sums of resource vectors over many nodes or tasks: sixteen 64-bit lanes, in the order of <see cref="ResourceVector"/>.</summary>
public readonly struct ResourceTotals : IEquatable<ResourceTotals>
{
    private readonly Vector256<long> _a;
    private readonly Vector256<long> _b;
    private readonly Vector256<long> _c;
    private readonly Vector256<long> _d;

    private ResourceTotals(Vector256<long> a, Vector256<long> b, Vector256<long> c, Vector256<long> d)
    {
        _a = a;
        _b = b;
        _c = c;
        _d = d;
    }

    /// <param name="lanes">Sixteen amounts.</param>
    public ResourceTotals(ReadOnlySpan<long> lanes)
    {
        _a = Vector256.Create<long>(lanes[..4]);
        _b = Vector256.Create<long>(lanes[4..8]);
        _c = Vector256.Create<long>(lanes[8..12]);
        _d = Vector256.Create<long>(lanes[12..16]);
    }

    /// <summary>Nothing of anything.</summary>
    public static ResourceTotals Zero => default;

    /// <summary>No bound in any lane.</summary>
    public static ResourceTotals Unbounded => new(Vector256.Create(long.MaxValue), Vector256.Create(long.MaxValue),
        Vector256.Create(long.MaxValue), Vector256.Create(long.MaxValue));

    /// <summary>The amount in one lane, 0 to 15.</summary>
    public long this[int lane] => (lane >> 2) switch
    {
        0 => _a.GetElement(lane & 3),
        1 => _b.GetElement(lane & 3),
        2 => _c.GetElement(lane & 3),
        _ => _d.GetElement(lane & 3),
    };

    public bool IsZero => (_a | _b | _c | _d) == Vector256<long>.Zero;

    public static ResourceTotals operator +(in ResourceTotals a, in ResourceVector b)
    {
        var (l0, l1) = Vector256.Widen(b.Low);
        var (h0, h1) = Vector256.Widen(b.High);
        return new(a._a + l0, a._b + l1, a._c + h0, a._d + h1);
    }

    public static ResourceTotals operator -(in ResourceTotals a, in ResourceVector b)
    {
        var (l0, l1) = Vector256.Widen(b.Low);
        var (h0, h1) = Vector256.Widen(b.High);
        return new(a._a - l0, a._b - l1, a._c - h0, a._d - h1);
    }

    public static ResourceTotals operator +(in ResourceTotals a, in ResourceTotals b) =>
        new(a._a + b._a, a._b + b._b, a._c + b._c, a._d + b._d);

    public static ResourceTotals operator -(in ResourceTotals a, in ResourceTotals b) =>
        new(a._a - b._a, a._b - b._b, a._c - b._c, a._d - b._d);

    public static bool operator ==(in ResourceTotals a, in ResourceTotals b) => a._a == b._a & a._b == b._b & a._c == b._c & a._d == b._d;

    public static bool operator !=(in ResourceTotals a, in ResourceTotals b) => !(a == b);

    /// <summary>A multiple of one vector.</summary>
    public static ResourceTotals Multiple(in ResourceVector vector, long times)
    {
        var one = Zero + vector;
        var factor = Vector256.Create(times);
        return new(one._a * factor, one._b * factor, one._c * factor, one._d * factor);
    }

    /// <summary>What is left of a bound, as a vector: each lane cut to what a 32-bit lane holds.</summary>
    public ResourceVector Clamped() => new(Clamped(_a, _b), Clamped(_c, _d));

    /// <summary>Each lane as a fraction of the whole's; 0 where the whole has none. The same to the last bit as sixteen divisions one by one.</summary>
    /// <param name="fractions">Sixteen.</param>
    public void FractionsOf(in ResourceTotals whole, Span<double> fractions)
    {
        Fraction(_a, whole._a).CopyTo(fractions);
        Fraction(_b, whole._b).CopyTo(fractions[4..]);
        Fraction(_c, whole._c).CopyTo(fractions[8..]);
        Fraction(_d, whole._d).CopyTo(fractions[12..]);
    }

    /// <summary>
    /// The dominant share: the largest fraction of the whole held in any resource, where <paramref name="basis"/> names the whole.
    /// Source: Ghodsi et al., Dominant Resource Fairness, NSDI 2011.
    /// </summary>
    public double DominantShare(in ShareBasis basis)
    {
        var largest = Vector256.Max(
            Vector256.Max(Vector256.ConvertToDouble(_a) * basis.A, Vector256.ConvertToDouble(_b) * basis.B),
            Vector256.Max(Vector256.ConvertToDouble(_c) * basis.C, Vector256.ConvertToDouble(_d) * basis.D));
        return Math.Max(Math.Max(largest.GetElement(0), largest.GetElement(1)), Math.Max(largest.GetElement(2), largest.GetElement(3)));
    }

    /// <summary>The same, of the resources alone that something asks for.</summary>
    public double DominantShare(in ShareBasis basis, in ResourceVector asked)
    {
        var (l0, l1) = Vector256.Widen(asked.Low);
        var (h0, h1) = Vector256.Widen(asked.High);
        var zero = Vector256<long>.Zero;
        return new ResourceTotals(_a & Vector256.GreaterThan(l0, zero), _b & Vector256.GreaterThan(l1, zero),
            _c & Vector256.GreaterThan(h0, zero), _d & Vector256.GreaterThan(h1, zero)).DominantShare(basis);
    }

    private static Vector256<int> Clamped(Vector256<long> low, Vector256<long> high)
    {
        var (least, most) = (Vector256.Create((long)int.MinValue), Vector256.Create((long)int.MaxValue));
        return Vector256.Narrow(Vector256.Min(Vector256.Max(low, least), most), Vector256.Min(Vector256.Max(high, least), most));
    }

    private static Vector256<double> Fraction(Vector256<long> part, Vector256<long> whole) =>
        (Vector256.ConvertToDouble(part) / Vector256.ConvertToDouble(whole)) & Vector256.GreaterThan(whole, Vector256<long>.Zero).AsDouble();

    public bool Equals(ResourceTotals other) => this == other;

    public override bool Equals(object? obj) => obj is ResourceTotals other && this == other;

    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);
}

/// <summary>The whole that shares are fractions of, kept as reciprocals; a resource that the whole has none of counts for nothing.</summary>
public readonly struct ShareBasis
{
    public ShareBasis(in ResourceTotals whole)
        : this(whole, [])
    {
    }

    /// <param name="counted">How much each lane counts; empty for 1 everywhere.</param>
    public ShareBasis(in ResourceTotals whole, ReadOnlySpan<double> counted)
    {
        Span<double> lanes = stackalloc double[ResourceVector.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++)
            lanes[lane] = whole[lane] > 0 ? (counted.IsEmpty ? 1.0 : counted[lane]) / whole[lane] : 0;
        A = Vector256.Create<double>(lanes[..4]);
        B = Vector256.Create<double>(lanes[4..8]);
        C = Vector256.Create<double>(lanes[8..12]);
        D = Vector256.Create<double>(lanes[12..]);
    }

    internal Vector256<double> A { get; }

    internal Vector256<double> B { get; }

    internal Vector256<double> C { get; }

    internal Vector256<double> D { get; }
}
