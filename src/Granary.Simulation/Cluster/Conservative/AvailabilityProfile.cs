namespace Granary.Simulation.Cluster.Conservative;

/// <summary>How many processors are free from now on, as steps in time. The last step lasts for ever.</summary>
/// <remarks>The reservation profile of conservative backfilling. Source: Mu'alem and Feitelson, 2001.</remarks>
internal sealed class AvailabilityProfile
{
    private long[] _times = new long[64];
    private int[] _free = new int[64];
    private int _first;
    private int _end = 1;

    public AvailabilityProfile(long now, int free) => Reset(now, free);

    /// <summary>Steps held.</summary>
    public int Steps => _end - _first;

    public void Reset(long now, int free)
    {
        (_first, _end) = (0, 1);
        _times[0] = now;
        _free[0] = free;
    }

    /// <summary>Forgets what is over.</summary>
    public void Advance(long now)
    {
        while (_first + 1 < _end && _times[_first + 1] <= now) _first++;
        _times[_first] = Math.Max(_times[_first], now);
    }

    /// <summary>The earliest time from which so many processors are free for so long.</summary>
    public long Earliest(int processors, long span)
    {
        var start = -1L;
        for (var i = _first; i < _end; i++)
        {
            if (_free[i] < processors)
            {
                start = -1;
                continue;
            }
            if (start < 0) start = _times[i];
            if (i + 1 == _end || _times[i + 1] - start >= span) return start;
        }
        throw new InvalidOperationException($"{processors} processors are never free");
    }

    /// <summary>Adds to what is free in [<paramref name="start"/>, <paramref name="end"/>); what is over counts no more.</summary>
    public void Change(long start, long end, int processors)
    {
        start = Math.Max(start, _times[_first]);
        if (end <= start) return;
        // Before any index is held: making room moves the steps.
        if (_end + 2 > _times.Length) MakeRoom();
        var from = Break(start);
        var to = Break(end);
        for (var i = from; i < to; i++) _free[i] += processors;
        // The later one first: joining at a step moves those behind it.
        Join(to);
        Join(from);
    }

    /// <summary>The index of the step that begins at a time; it is made if there is none.</summary>
    private int Break(long time)
    {
        var place = Array.BinarySearch(_times, _first, _end - _first, time);
        if (place >= 0) return place;
        place = ~place;
        Array.Copy(_times, place, _times, place + 1, _end - place);
        Array.Copy(_free, place, _free, place + 1, _end - place);
        _times[place] = time;
        _free[place] = _free[place - 1];
        _end++;
        return place;
    }

    private void MakeRoom()
    {
        if (_first < _times.Length / 2)
        {
            Array.Resize(ref _times, _times.Length * 2);
            Array.Resize(ref _free, _free.Length * 2);
            return;
        }
        Array.Copy(_times, _first, _times, 0, _end - _first);
        Array.Copy(_free, _first, _free, 0, _end - _first);
        _end -= _first;
        _first = 0;
    }

    private void Join(int place)
    {
        if (place <= _first || place >= _end || _free[place] != _free[place - 1]) return;
        Array.Copy(_times, place + 1, _times, place, _end - place - 1);
        Array.Copy(_free, place + 1, _free, place, _end - place - 1);
        _end--;
    }
}
