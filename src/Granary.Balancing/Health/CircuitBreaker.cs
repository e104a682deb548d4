namespace Granary.Balancing.Health;

public enum CircuitState
{
    /// <summary>Requests pass.</summary>
    Closed,

    /// <summary>None pass until the break is over.</summary>
    Open,

    /// <summary>A few pass, to see whether it works again.</summary>
    HalfOpen,
}

/// <summary>When a breaker opens and closes.</summary>
/// <param name="FailureShare">It opens when at least this share of the window's requests failed.</param>
/// <param name="MinimumRequests">...of at least so many.</param>
/// <param name="WindowUs">Requests older than this are forgotten, microseconds.</param>
/// <param name="BreakUs">How long it stays open first; doubled each time a trial fails, at most <paramref name="LongestBreakUs"/>.</param>
/// <param name="Trials">Trials at once while half open, and successes that close it.</param>
public sealed record CircuitBreakerOptions(
    double FailureShare = 0.5, int MinimumRequests = 20, long WindowUs = 10_000_000, long BreakUs = 2_000_000,
    long LongestBreakUs = 60_000_000, int Trials = 3)
{
    internal void Validate()
    {
        if (!(FailureShare is > 0 and <= 1) || MinimumRequests < 1 || WindowUs < CircuitBreaker.Buckets || BreakUs < 1 ||
            LongestBreakUs < BreakUs || Trials < 1)
            throw new ArgumentException($"circuit breaker: a share in (0, 1], counts and times from 1 on, the longest break not below the first: {this}");
    }
}

/// <summary>
/// A circuit breaker as a state machine that the balancer reads: Closed, Open for a time, HalfOpen with a few trials. Outcomes of requests sent
/// before it opened do not count. Thread-safe. Source: M. Nygard, Release It! (2007).
/// </summary>
public sealed class CircuitBreaker(CircuitBreakerOptions options)
{
    internal const int Buckets = 10;

    private readonly Lock _gate = new();
    private readonly SlidingCounts _window = new(options.WindowUs, Buckets);
    private CircuitState _state;
    private Countdown _break;
    private Countdown _trialLife;
    private long _breakUs = options.BreakUs;
    private int _trying;
    private int _succeeded;

    /// <summary>The state now; an open breaker becomes half open when its break is over.</summary>
    public CircuitState StateAt(long nowUs)
    {
        lock (_gate)
        {
            if (_state == CircuitState.Open && _break.IsOver(nowUs))
                StartTrials(CircuitState.HalfOpen, nowUs);
            return _state;
        }
    }

    /// <summary>Takes leave to send one trial; false when it is not half open or enough are on their way.</summary>
    public bool TryTrial(long nowUs)
    {
        lock (_gate)
        {
            if (_state != CircuitState.HalfOpen)
                return false;
            // trials whose outcome never comes must not hold the breaker half open for ever
            if (_trying > 0 && _trialLife.IsOver(nowUs))
                StartTrials(CircuitState.HalfOpen, nowUs);
            if (_trying + _succeeded >= options.Trials)
                return false;
            _trying++;
            _trialLife = new Countdown(nowUs, options.LongestBreakUs);
            return true;
        }
    }

    /// <summary>Counts an outcome. True when the state changed by it.</summary>
    public bool Record(bool succeeded, bool isTrial, long nowUs)
    {
        lock (_gate)
        {
            if (_state == CircuitState.HalfOpen && isTrial)
                return RecordTrial(succeeded, nowUs);
            if (_state != CircuitState.Closed)
                return false;
            _window.Add(succeeded ? 1 : 0, succeeded ? 0 : 1, nowUs);
            var (good, bad) = _window.Totals(nowUs);
            if (succeeded || good + bad < options.MinimumRequests || bad < options.FailureShare * (good + bad))
                return false;
            Open(nowUs);
            return true;
        }
    }

    /// <summary>Gives leave back for a trial that ended without an outcome.</summary>
    public void CancelTrial()
    {
        lock (_gate)
            _trying = Math.Max(0, _trying - 1);
    }

    private bool RecordTrial(bool succeeded, long nowUs)
    {
        if (!succeeded)
        {
            _breakUs = Math.Min(_breakUs * 2, options.LongestBreakUs);
            Open(nowUs);
            return true;
        }

        _trying = Math.Max(0, _trying - 1);
        if (++_succeeded < options.Trials)
            return false;
        _breakUs = options.BreakUs;
        StartTrials(CircuitState.Closed, nowUs);
        return true;
    }

    private void Open(long nowUs)
    {
        _window.Clear();
        _state = CircuitState.Open;
        _break = new Countdown(nowUs, _breakUs);
    }

    private void StartTrials(CircuitState state, long nowUs)
    {
        _state = state;
        (_trying, _succeeded) = (0, 0);
    }
}
