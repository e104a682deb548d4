using Granary.Model;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Deadlines;

/// <summary>
/// One node's availability timeline: what is free from now on, stepping up where a lease should end or a reservation ends and down where a
/// reservation begins. Built into memory that is used again.
/// </summary>
/// <remarks>The reservation profile of conservative backfilling (Mu'alem and Feitelson, 2001), one node at a time.</remarks>
internal sealed partial class NodeProfile
{
    private long[] _times = new long[64];
    private ResourceVector[] _free = new ResourceVector[64];
    private int _steps;

    /// <summary>
    /// Builds the timeline of <paramref name="node"/> at <paramref name="now"/> as <paramref name="agent"/> may use it, without the slot
    /// <paramref name="except"/> and those that yield to it; windows that begin after <paramref name="horizon"/> are left out.
    /// </summary>
    public void Build(NodeEntry node, long now, PlanSlot? except, AgentEntry agent, long horizon = long.MaxValue)
    {
        if (node.Windows is not null)
        {
            BuildAround(node, now, except, agent, horizon, asWindow: false);
            return;
        }
        _steps = 0;
        var free = node.Firm;
        // What is lent is called back for a promise as for any task of the pool's own.
        if (!node.Lent.IsZero) Add(now + Cohorts.LoanBook.ReclaimTime, node.Lent);
        if (node.Calendar is { } calendar)
            foreach (var (time, change) in calendar.Changes) Add(Math.Max(time, now + 1), change);
        foreach (var lease in node.Leases)
            if (!lease.Spare) Add(lease.ExpectedEnd(now), lease.Item.Shape.Vector);
        if (node.Plan is not null)
            foreach (var slot in node.Plan)
            {
                if (ReservationBook.Yields(slot, except)) continue;
                // A slot whose start has come keeps its place until its task has it, however late.
                var end = Math.Max(slot.End, now + 1);
                if (slot.Start <= now) free -= slot.Vector;
                else Add(slot.Start, ResourceVector.Zero - slot.Vector);
                Add(end, slot.Vector);
            }
        Array.Sort(_times, _free, 0, _steps);
        Accumulate(free, now);
    }

    /// <summary>True when <paramref name="request"/> is free all through the time from now to now + <paramref name="span"/>.</summary>
    public bool FitsNow(in ResourceVector request, long span)
    {
        var end = _times[0] + span;
        for (var i = 0; i < _steps && (i == 0 || _times[i] < end); i++)
            if (!request.FitsIn(_free[i])) return false;
        return true;
    }

    /// <summary>The latest start in [<paramref name="from"/>, <paramref name="to"/>] from which the request is free for <paramref name="span"/>; -1 for none.</summary>
    public long Latest(in ResourceVector request, long span, long from, long to)
    {
        var runEnd = long.MaxValue;
        var running = false;
        for (var i = _steps - 1; i >= 0; i--)
        {
            if (!request.FitsIn(_free[i]))
            {
                running = false;
                continue;
            }
            if (!running) runEnd = i == _steps - 1 ? long.MaxValue : _times[i + 1];
            running = true;
            var start = Math.Min(to, runEnd == long.MaxValue ? to : runEnd - span);
            if (start >= Math.Max(from, _times[i])) return start;
        }
        return -1;
    }

    /// <summary>The earliest start from <paramref name="from"/> on; -1 when there never is room.</summary>
    public long Earliest(in ResourceVector request, long span, long from)
    {
        var start = -1L;
        for (var i = 0; i < _steps; i++)
        {
            if (!request.FitsIn(_free[i]))
            {
                start = -1;
                continue;
            }
            if (start < 0) start = Math.Max(from, _times[i]);
            var end = i == _steps - 1 ? long.MaxValue : _times[i + 1];
            if (end == long.MaxValue || end - start >= span) return start;
        }
        return -1;
    }

    private void Add(long time, in ResourceVector change)
    {
        if (_steps + 1 >= _times.Length)
        {
            Array.Resize(ref _times, _times.Length * 2);
            Array.Resize(ref _free, _free.Length * 2);
        }
        _times[_steps] = time;
        _free[_steps++] = change;
    }

    /// <summary>Turns sorted changes into steps: what is free from each time on, the first from now.</summary>
    private void Accumulate(ResourceVector free, long now)
    {
        var changes = _steps;
        Array.Copy(_times, 0, _times, 1, changes);
        Array.Copy(_free, 0, _free, 1, changes);
        _times[0] = now;
        _free[0] = free;
        _steps = 1;
        for (var i = 1; i <= changes; i++)
        {
            free += _free[i];
            if (_times[i] == _times[_steps - 1])
            {
                _free[_steps - 1] = free;
                continue;
            }
            _times[_steps] = _times[i];
            _free[_steps++] = free;
        }
    }
}
