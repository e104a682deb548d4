namespace Granary.Optimization.Online;

/// <summary>Plays a point, learns the gradient of that moment's convex loss there, and plays the next. Allocates nothing after it was made; not thread-safe.</summary>
public interface IOnlineOptimizer
{
    ShareSet Set { get; }

    /// <summary>The point played now: a member of the set.</summary>
    ReadOnlySpan<double> Point { get; }

    /// <summary>Takes the gradient of the loss at <see cref="Point"/> and moves on.</summary>
    /// <exception cref="ArgumentException">A value that is not finite or another number of them; the point stays.</exception>
    void Observe(ReadOnlySpan<double> gradient);

    /// <summary>
    /// The sum of losses is at most this over that of the best fixed point, when no gradient was larger than <paramref name="largest"/> (in the norm of the
    /// method: Euclidean, or the largest coordinate). With constant steps it holds for any stretch of <paramref name="rounds"/> rounds, not just from the start.
    /// </summary>
    double RegretBound(int rounds, double largest);
}
