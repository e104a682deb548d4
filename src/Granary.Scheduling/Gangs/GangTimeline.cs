using Granary.Model;
using Granary.Scheduling.Deadlines;

namespace Granary.Scheduling.Gangs;

/// <summary>
/// How many members of a gang could run from each moment on, over all nodes: a step function, the sum of those of the nodes. Exact: it changes
/// only where a node's availability does, or one run time before.
/// </summary>
internal sealed class GangTimeline
{
    private readonly List<(long At, int Change)> _changes = [];
    private readonly List<int> _least = []; // steps of the window whose room is less than that of all behind them, from _head on

    public void Clear() => _changes.Clear();

    /// <summary>Adds a node's timeline: the most members that run there side by side for <paramref name="span"/>, by when they start.</summary>
    public void Add(NodeProfile profile, in ResourceVector member, long span, int most)
    {
        var times = profile.Times;
        var free = profile.Levels;
        Span<int> rooms = times.Length <= 512 ? stackalloc int[times.Length] : new int[times.Length];
        for (var i = 0; i < times.Length; i++) rooms[i] = MembersIn(member, free[i], most);
        _least.Clear();
        // The run [at, at + span) touches the steps low to high - 1; the least of them slides along with it.
        var (at, low, high, head, room) = (times[0], 0, 0, 0, 0);
        while (true)
        {
            for (; high < times.Length && times[high] < at + span; high++)
            {
                while (_least.Count > head && rooms[_least[^1]] >= rooms[high]) _least.RemoveAt(_least.Count - 1);
                _least.Add(high);
            }
            while (_least[head] < low) head++;
            var now = rooms[_least[head]];
            if (now != room) _changes.Add((at, now - room));
            room = now;
            var next = Math.Min(low + 1 < times.Length ? times[low + 1] : long.MaxValue, high < times.Length ? times[high] - span + 1 : long.MaxValue);
            if (next == long.MaxValue) return;
            at = next;
            if (low + 1 < times.Length && times[low + 1] <= at) low++;
        }
    }

    /// <summary>The earliest start from <paramref name="from"/> on at which so many have room; -1 for never.</summary>
    public long Earliest(int members, long from)
    {
        Sort();
        var room = 0;
        for (var i = 0; i < _changes.Count;)
        {
            var at = _changes[i].At;
            for (; i < _changes.Count && _changes[i].At == at; i++) room += _changes[i].Change;
            if (room >= members && (i == _changes.Count || _changes[i].At > from)) return Math.Max(from, at);
        }
        return -1;
    }

    /// <summary>The latest start in [<paramref name="from"/>, <paramref name="to"/>] at which so many have room; -1 for none.</summary>
    public long Latest(int members, long from, long to)
    {
        Sort();
        var (room, latest) = (0, -1L);
        for (var i = 0; i < _changes.Count && _changes[i].At <= to;)
        {
            var at = _changes[i].At;
            for (; i < _changes.Count && _changes[i].At == at; i++) room += _changes[i].Change;
            var last = Math.Min(to, i == _changes.Count ? long.MaxValue : _changes[i].At - 1);
            if (room >= members && last >= Math.Max(from, at)) latest = last;
        }
        return latest;
    }

    /// <summary>How many of a request a vector holds, at most <paramref name="most"/>.</summary>
    public static int MembersIn(in ResourceVector member, in ResourceVector free, int most)
    {
        for (var lane = 0; lane < ResourceVector.Lanes && most > 0; lane++)
            if (member[lane] > 0) most = Math.Min(most, Math.Max(0, free[lane]) / member[lane]);
            else if (free[lane] < 0) return 0;
        return most;
    }

    private void Sort() => _changes.Sort(static (a, b) => a.At.CompareTo(b.At));
}
