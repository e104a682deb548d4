using Granary.Balancing.Backends;

namespace Granary.Balancing.Health;

/// <summary>
/// Takes backends out that fail or answer unlike the others, never more than a share of them, and lets them back after a time. Compares with the
/// median, which half of the backends would have to be bad to move. Called under the pool's lock.
/// </summary>
internal sealed class OutlierEjection(OutlierOptions options)
{
    private Countdown _sweep;
    private long _order;
    private volatile int _room;

    /// <summary>Without a lock, so that a storm of failures costs no more than other outcomes: whether <see cref="TryEject"/> has a chance.</summary>
    public bool MayEject(Backend backend) => _room > 0 && !backend.IsEjected && backend.IsMember;

    /// <summary>Ejects <paramref name="backend"/> unless that would be one too many.</summary>
    public bool TryEject(Backend backend, long nowUs, bool forFailures = true)
    {
        if (!MayEject(backend))
            return false;
        _room--;
        backend.Passive.Eject(nowUs, options, _order++, forFailures);
        return true;
    }

    /// <summary>Readmits those whose time is over and, once an interval, ejects those that stand out.</summary>
    public void Sweep(Backend[] all, long nowUs)
    {
        foreach (var backend in all)
        {
            if (backend.IsEjected && backend.Passive.IsOver(nowUs))
                backend.Passive.Readmit();
        }

        _room = Bound(all) - all.Count(b => b.IsEjected);
        if (!_sweep.IsOver(nowUs))
            return;
        _sweep = new Countdown(nowUs, options.IntervalUs);
        var seen = new List<(Backend Backend, double Failures, double MeanUs)>();
        foreach (var backend in all)
        {
            var (requests, failures, meanUs) = backend.Passive.Take();
            if (requests >= options.MinimumRequests && !backend.IsEjected)
                seen.Add((backend, (double)failures / requests, meanUs));
        }

        if (seen.Count < 3)
            return;
        var failuresLimit = Median(seen.ConvertAll(s => s.Failures)) + options.FailureMargin;
        var latencyLimit = Median(seen.ConvertAll(s => s.MeanUs)) * options.LatencyFactor;
        foreach (var (backend, failures, meanUs) in seen.OrderByDescending(s => s.Failures))
        {
            if (failures > failuresLimit || meanUs > latencyLimit)
                TryEject(backend, nowUs, forFailures: failures > failuresLimit);
            else
                backend.Passive.Forgive();
        }
    }

    /// <summary>After a change of members or of who is out: readmits those out longest while more are out than may be.</summary>
    public void KeepBound(Backend[] all)
    {
        var over = all.Count(b => b.IsEjected) - Bound(all);
        foreach (var backend in all.Where(b => b.IsEjected).OrderBy(b => b.Passive.EjectedAs).Take(Math.Max(0, over)).ToList())
            backend.Passive.Readmit();
        _room = Bound(all) - all.Count(b => b.IsEjected);
    }

    private int Bound(Backend[] all) => (int)(options.LargestShare * all.Length);

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[(values.Count - 1) / 2];
    }
}
