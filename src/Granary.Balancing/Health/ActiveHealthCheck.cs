namespace Granary.Balancing.Health;

/// <summary>When to probe, and what probes mean.</summary>
/// <param name="IntervalUs">Between probes, microseconds; each backend's are spread over it.</param>
/// <param name="Unhealthy">Failures in a row that make a healthy backend unhealthy.</param>
/// <param name="Healthy">Successes in a row that make an unhealthy backend healthy.</param>
public sealed record ActiveHealthOptions(long IntervalUs = 5_000_000, int Unhealthy = 3, int Healthy = 2)
{
    internal void Validate()
    {
        if (IntervalUs < 1 || Unhealthy < 1 || Healthy < 1)
            throw new ArgumentException($"active checks: an interval and counts from 1 on: {this}");
    }
}

/// <summary>A backend's active check as a state machine: says when a probe is due and takes its outcome. Healthy at first. Thread-safe.</summary>
public sealed class ActiveHealthCheck(ActiveHealthOptions options, ulong seed)
{
    private readonly Lock _gate = new();
    private Countdown _wait;
    private bool _started;
    private int _inARow;
    private volatile bool _healthy = true;

    public bool IsHealthy => _healthy;

    /// <summary>True once for each probe that is to be sent; the first after a part of the interval that follows from the seed.</summary>
    public bool TryStartProbe(long nowUs)
    {
        lock (_gate)
        {
            if (!_started)
            {
                _started = true;
                _wait = new Countdown(nowUs, (long)(seed % (ulong)options.IntervalUs));
            }

            if (!_wait.IsOver(nowUs))
                return false;
            _wait = new Countdown(nowUs, options.IntervalUs);
            return true;
        }
    }

    /// <summary>Takes the outcome of a probe; one that took too long has failed. True when health changed.</summary>
    public bool Record(bool succeeded)
    {
        lock (_gate)
        {
            if (succeeded == _healthy)
            {
                _inARow = 0;
                return false;
            }

            if (++_inARow < (_healthy ? options.Unhealthy : options.Healthy))
                return false;
            _inARow = 0;
            _healthy = succeeded;
            return true;
        }
    }
}
