namespace Granary.Optimization.Policy;

/// <summary>Who acts.</summary>
public enum TrialState
{
    /// <summary>The incumbent acts; the candidate's choices are only judged.</summary>
    Shadow,

    /// <summary>The candidate beat the incumbent with confidence and acts.</summary>
    Acting,

    /// <summary>The candidate was worse with confidence, or gave way after it had acted; the incumbent acts.</summary>
    Withdrawn,
}

/// <summary>
/// Whether a learned policy may act. It stays in shadow until the lower bound of its advantage over the incumbent, from pairs under the same conditions, is over
/// what is asked for; it goes back once a sliding mean of what it does afterwards is under the incumbent's. Decisions are wrong with at most the stated risk.
/// </summary>
public sealed class ShadowTrial
{
    private readonly EmpiricalBernstein _advantage;
    private readonly Queue<double> _recent = [];
    private readonly double _least;
    private readonly int _window;
    private double _sum;

    /// <param name="range">An advantage larger than this, either way, counts as this: it is the mean so clipped that is judged.</param>
    /// <param name="least">The advantage that is asked for; 0 or more.</param>
    /// <param name="window">Pairs that are looked back on once it acts.</param>
    public ShadowTrial(double range, double risk = 0.05, double least = 0, int window = 50)
    {
        Require.Positive(range, "the range of advantages");
        Require.Within(least, 0, range, "the advantage that is asked for");
        Require.AtLeast(window, 1, "the window");
        (_advantage, _least, _window) = (new EmpiricalBernstein(-range, range, risk), least, window);
    }

    public TrialState State { get; private set; }

    /// <summary>Pairs seen.</summary>
    public long Pairs => _advantage.Count;

    /// <summary>The mean advantage, and what it is over with confidence.</summary>
    public (double Mean, double Lower) Advantage => (_advantage.Mean, _advantage.Lower);

    /// <summary>Takes what both were worth under the same conditions: run side by side in simulation, or estimated from what was logged.</summary>
    public TrialState Observe(double incumbent, double candidate)
    {
        Require.Finite(incumbent, "the incumbent's reward");
        Require.Finite(candidate, "the candidate's reward");
        var difference = candidate - incumbent;
        _advantage.Add(difference);
        if (State == TrialState.Shadow)
        {
            if (_advantage.Lower > _least) State = TrialState.Acting;
            else if (_advantage.Upper < 0) State = TrialState.Withdrawn;
            return State;
        }
        _recent.Enqueue(difference);
        _sum += difference;
        if (_recent.Count > _window) _sum -= _recent.Dequeue();
        if (State == TrialState.Acting && _recent.Count == _window && _sum < 0) State = TrialState.Withdrawn;
        return State;
    }
}
