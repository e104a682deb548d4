namespace Granary.Balancing.Health;

/// <summary>What a backend's own requests say of it since the last sweep. Thread-safe; ejection is written under the pool's lock only.</summary>
internal sealed class PassiveHealthCheck
{
    private readonly Lock _gate = new();
    private int _failuresInARow;
    private long _requests;
    private long _failures;
    private double _latencyUs;
    private Countdown _ejection;
    private volatile bool _ejected;
    private bool _forFailures;
    private int _probesInARow;

    public bool IsEjected => _ejected;

    /// <summary>Ejections that count for the length of the next; a sweep with enough good requests takes one off.</summary>
    public int Ejections { get; private set; }

    /// <summary>Order of ejection: the smallest has been out longest.</summary>
    public long EjectedAs { get; private set; }

    /// <summary>Counts an outcome; returns failures in a row.</summary>
    public int Record(bool succeeded, long latencyUs)
    {
        lock (_gate)
        {
            _requests++;
            _failures += succeeded ? 0 : 1;
            _latencyUs += latencyUs;
            return _failuresInARow = succeeded ? 0 : _failuresInARow + 1;
        }
    }

    /// <summary>Requests, failures and mean latency since the last call.</summary>
    public (long Requests, long Failures, double MeanUs) Take()
    {
        lock (_gate)
        {
            var taken = (_requests, _failures, _requests == 0 ? 0 : _latencyUs / _requests);
            (_requests, _failures, _latencyUs) = (0, 0, 0);
            return taken;
        }
    }

    public void Eject(long nowUs, OutlierOptions options, long order, bool forFailures)
    {
        (_forFailures, _probesInARow) = (forFailures, 0);
        var length = options.EjectionUs * (double)(1L << Math.Min(Ejections, 30));
        Ejections++;
        EjectedAs = order;
        _ejection = new Countdown(nowUs, (long)Math.Min(length, options.LongestEjectionUs));
        _ejected = true;
    }

    /// <summary>Counts a probe's outcome; true when it ends an ejection for failures.</summary>
    public bool RecordProbe(bool succeeded, int enough)
    {
        _probesInARow = succeeded ? _probesInARow + 1 : 0;
        if (!_ejected || !_forFailures || _probesInARow < enough)
            return false;
        Readmit();
        return true;
    }

    public bool IsOver(long nowUs) => _ejection.IsOver(nowUs);

    public void Readmit()
    {
        lock (_gate)
            (_failuresInARow, _requests, _failures, _latencyUs) = (0, 0, 0, 0);
        _ejected = false;
    }

    public void Forgive() => Ejections = Math.Max(0, Ejections - 1);
}
