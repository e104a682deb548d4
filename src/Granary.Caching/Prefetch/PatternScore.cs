namespace Granary.Caching.Prefetch;

/// <summary>How often one kind of guess is right, with exponential forgetting, and whether it is worth making.</summary>
internal sealed class PatternScore(PrefetchPattern pattern, PrefetchOptions options)
{
    /// <summary>The weight of a new outcome: about the last 50 count.</summary>
    private const double Rate = 0.02;

    private long _made;
    private long _right;
    private long _wrong;
    private double _precision = 1;
    private int _sinceProbe;

    private bool On => _precision >= options.LeastPrecision;

    /// <summary>What becomes of a guess: made, only followed, or dropped.</summary>
    public Guess Decide()
    {
        if (On)
        {
            _made++;
            return Guess.Make;
        }
        if (++_sinceProbe < options.ProbeEvery) return Guess.Drop;
        _sinceProbe = 0;
        return Guess.Follow;
    }

    public void Settle(bool right)
    {
        if (right) _right++;
        else _wrong++;
        _precision += Rate * ((right ? 1 : 0) - _precision);
    }

    public PrefetchStatistics Statistics() => new(pattern, _made, _right, _wrong, _precision, On);
}

internal enum Guess
{
    Drop,
    Follow,
    Make,
}
