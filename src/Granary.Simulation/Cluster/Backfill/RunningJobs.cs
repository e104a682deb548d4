namespace Granary.Simulation.Cluster.Backfill;

/// <summary>Running jobs by the end that is expected of them, earliest first.</summary>
internal sealed class RunningJobs(JobMachine machine)
{
    private readonly long[] _expected = new long[machine.Jobs];
    private (long End, int Job)[] _byEnd = new (long, int)[64];

    public int Count { get; private set; }

    /// <summary>With their expected ends, earliest first.</summary>
    public ReadOnlySpan<(long End, int Job)> ByEnd() => _byEnd.AsSpan(0, Count);

    public void Add(int job, long end)
    {
        if (Count == _byEnd.Length) Array.Resize(ref _byEnd, Count * 2);
        _expected[job] = end;
        var place = Place(end, job);
        Array.Copy(_byEnd, place, _byEnd, place + 1, Count - place);
        _byEnd[place] = (end, job);
        Count++;
    }

    public void Remove(int job)
    {
        var place = Place(_expected[job], job);
        Count--;
        Array.Copy(_byEnd, place + 1, _byEnd, place, Count - place);
    }

    /// <summary>Expects jobs that have outlived their estimate to run as long again.</summary>
    /// <returns>True when there were any.</returns>
    /// <remarks>Doubling after Tsafrir, Etsion, Feitelson (2007): a wrong guess costs a logarithmic number of corrections.</remarks>
    public bool ProlongOverdue()
    {
        var any = false;
        while (Count > 0 && _byEnd[0].End <= machine.Now)
        {
            var job = _byEnd[0].Job;
            Remove(job);
            Add(job, machine.Now + Math.Max(1, machine.Now - machine.Starts[job]));
            any = true;
        }
        return any;
    }

    /// <summary>When so many processors should be free, and how many more there are then.</summary>
    /// <returns><see cref="long.MaxValue"/> when there never are as many.</returns>
    public (long Time, int Extra) Shadow(int processors)
    {
        var free = machine.Free;
        for (var i = 0; i < Count; i++)
        {
            free += machine.Job(_byEnd[i].Job).Processors;
            if (free < processors) continue;
            var time = _byEnd[i].End;
            while (++i < Count && _byEnd[i].End == time) free += machine.Job(_byEnd[i].Job).Processors;
            return (time, free - processors);
        }
        return (long.MaxValue, 0);
    }

    private int Place(long end, int job)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var at = _byEnd[middle];
            if (at.End < end || (at.End == end && at.Job < job)) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
