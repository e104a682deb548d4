using System.Runtime.Intrinsics;
using Granary.Model;

namespace Granary.Scheduling.FairShare;

/// <summary>A fraction of a whole for every resource: sixteen lanes in the order of <see cref="ResourceVector"/>.</summary>
internal readonly struct Fractions
{
    private readonly Vector256<double> _a;
    private readonly Vector256<double> _b;
    private readonly Vector256<double> _c;
    private readonly Vector256<double> _d;

    private Fractions(Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d)
    {
        _a = a;
        _b = b;
        _c = c;
        _d = d;
    }

    /// <param name="lanes">Sixteen fractions.</param>
    public Fractions(ReadOnlySpan<double> lanes)
        : this(Vector256.Create(lanes[..4]), Vector256.Create(lanes[4..8]), Vector256.Create(lanes[8..12]), Vector256.Create(lanes[12..16]))
    {
    }

    public static Fractions All(double value)
    {
        var lanes = Vector256.Create(value);
        return new(lanes, lanes, lanes, lanes);
    }

    public double this[int lane] => (lane >> 2) switch
    {
        0 => _a.GetElement(lane & 3),
        1 => _b.GetElement(lane & 3),
        2 => _c.GetElement(lane & 3),
        _ => _d.GetElement(lane & 3),
    };

    public static Fractions operator +(in Fractions x, in Fractions y) => new(x._a + y._a, x._b + y._b, x._c + y._c, x._d + y._d);

    public static Fractions operator -(in Fractions x, in Fractions y) => new(x._a - y._a, x._b - y._b, x._c - y._c, x._d - y._d);

    public static Fractions operator *(in Fractions x, double factor) => new(x._a * factor, x._b * factor, x._c * factor, x._d * factor);

    public static Fractions operator *(in Fractions x, in Fractions y) => new(x._a * y._a, x._b * y._b, x._c * y._c, x._d * y._d);

    /// <summary>The same but for one lane.</summary>
    public Fractions With(int lane, double value)
    {
        Span<double> lanes = stackalloc double[ResourceVector.Lanes];
        for (var i = 0; i < lanes.Length; i++) lanes[i] = this[i];
        lanes[lane] = value;
        return new Fractions(lanes);
    }

    /// <summary>The largest lane.</summary>
    public double Largest()
    {
        var largest = Vector256.Max(Vector256.Max(_a, _b), Vector256.Max(_c, _d));
        return Math.Max(Math.Max(largest.GetElement(0), largest.GetElement(1)), Math.Max(largest.GetElement(2), largest.GetElement(3)));
    }

    /// <summary>Amounts as fractions of a whole; what the whole has none of is 0.</summary>
    public static Fractions Of(in ResourceTotals amount, in ResourceTotals whole)
    {
        Span<double> lanes = stackalloc double[ResourceVector.Lanes];
        amount.FractionsOf(whole, lanes);
        return new Fractions(lanes);
    }
}
