using Granary.Model;
using Granary.Scheduling.Reservations;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Deadlines;

/// <summary>
/// The timeline of a node with windows. What an agent's leases and slots hold counts as use of its own windows, so that of a window only the
/// rest is kept from others: at each moment max(0, reserved - used) of every other agent.
/// </summary>
internal sealed partial class NodeProfile
{
    private readonly List<Change> _changes = [];
    private readonly List<Share> _shares = [];

    /// <summary>The timeline as a new window of <paramref name="agent"/> would see it: what the agent holds there itself counts as free for it.</summary>
    public void BuildForWindow(NodeEntry node, long now, AgentEntry agent, long horizon) => BuildAround(node, now, null, agent, horizon, asWindow: true);

    /// <summary>The timeline of windows alone, as if nothing ran and nothing else were promised.</summary>
    public void BuildEmpty(NodeEntry node, long now)
    {
        _changes.Clear();
        _shares.Clear();
        foreach (var piece in node.Windows?.Pieces ?? []) AddWindow(piece, now, long.MaxValue);
        foreach (var (time, change) in node.Calendar?.Changes ?? []) _changes.Add(new Change(Math.Max(time, now + 1), null, change, ChangeKind.Freed));
        _changes.Sort((a, b) => a.Time.CompareTo(b.Time));
        Step(node.Capacity, now, null, asWindow: false);
    }

    /// <summary>The lane-wise least that is free between two times.</summary>
    public ResourceVector Least(long from, long to)
    {
        var at = Array.BinarySearch(_times, 0, _steps, from);
        if (at < 0) at = Math.Max(0, ~at - 1);
        var least = ResourceVector.Infinite;
        for (; at < _steps && _times[at] < to; at++) least = ResourceVector.Min(least, _free[at]);
        return least;
    }

    /// <summary>When what is free changes.</summary>
    public ReadOnlySpan<long> Times => _times.AsSpan(0, _steps);

    /// <summary>What is free from each of <see cref="Times"/> on.</summary>
    public ReadOnlySpan<ResourceVector> Levels => _free.AsSpan(0, _steps);

    private void BuildAround(NodeEntry node, long now, PlanSlot? except, AgentEntry agent, long horizon, bool asWindow)
    {
        _changes.Clear();
        _shares.Clear();
        var total = node.Firm;
        if (node.Windows is { } windows)
        {
            total += windows.Held;
            foreach (var piece in windows.Pieces) AddWindow(piece, now, horizon);
        }
        if (asWindow) ShareOf(agent);
        foreach (var (time, change) in node.Calendar?.Changes ?? []) _changes.Add(new Change(Math.Max(time, now + 1), null, change, ChangeKind.Freed));
        foreach (var share in _shares) share.Used = ResourceVector.Zero;
        foreach (var lease in node.Leases)
        {
            if (lease.Spare) continue;
            var share = Find(lease.Item.Agent);
            if (share is not null) share.Used += lease.Item.Shape.VectorRef;
            _changes.Add(new Change(lease.ExpectedEnd(now), share, lease.Item.Shape.Vector, ChangeKind.Freed));
        }
        if (node.Plan is not null)
            foreach (var slot in node.Plan)
            {
                if (ReservationBook.Yields(slot, except)) continue;
                var share = Find(slot.Task.Item.Agent);
                if (slot.Start > now) _changes.Add(new Change(slot.Start, share, slot.Vector, ChangeKind.Taken));
                else
                {
                    total -= slot.Vector;
                    if (share is not null) share.Used += slot.Vector;
                }
                _changes.Add(new Change(Math.Max(slot.End, now + 1), share, slot.Vector, ChangeKind.Freed));
            }
        _changes.Sort((a, b) => a.Time.CompareTo(b.Time));
        Step(total, now, agent, asWindow);
    }

    private void AddWindow(WindowPiece piece, long now, long horizon)
    {
        var owner = piece.Owner;
        var share = ShareOf(owner.Agent);
        for (var window = owner.WindowAt(now); window < owner.Count && owner.StartOf(window) < horizon; window++)
        {
            var start = owner.StartOf(window);
            if (start <= now) share.Reserved += piece.Vector;
            else _changes.Add(new Change(start, share, piece.Vector, ChangeKind.Opens));
            _changes.Add(new Change(start + owner.Length, share, piece.Vector, ChangeKind.Closes));
        }
    }

    private void Step(ResourceVector total, long now, AgentEntry? agent, bool asWindow)
    {
        _steps = 0;
        Put(now, Available(total, agent, asWindow));
        for (var i = 0; i < _changes.Count;)
        {
            var time = _changes[i].Time;
            for (; i < _changes.Count && _changes[i].Time == time; i++)
            {
                var (_, share, vector, kind) = _changes[i];
                switch (kind)
                {
                    case ChangeKind.Opens: share!.Reserved += vector; break;
                    case ChangeKind.Closes: share!.Reserved -= vector; break;
                    case ChangeKind.Freed:
                        total += vector;
                        if (share is not null) share.Used -= vector;
                        break;
                    default:
                        total -= vector;
                        if (share is not null) share.Used += vector;
                        break;
                }
            }
            Put(time, Available(total, agent, asWindow));
        }
    }

    private ResourceVector Available(ResourceVector total, AgentEntry? agent, bool asWindow)
    {
        foreach (var share in _shares)
        {
            if (!ReferenceEquals(share.Agent, agent)) total -= ResourceVector.Max(ResourceVector.Zero, share.Reserved - share.Used);
            else if (asWindow) total += share.Used - share.Reserved;
        }
        return total;
    }

    private void Put(long time, in ResourceVector free)
    {
        if (_steps > 0 && _times[_steps - 1] >= time)
        {
            _free[_steps - 1] = free;
            return;
        }
        if (_steps == _times.Length)
        {
            Array.Resize(ref _times, _times.Length * 2);
            Array.Resize(ref _free, _free.Length * 2);
        }
        _times[_steps] = time;
        _free[_steps++] = free;
    }

    private Share? Find(AgentEntry agent)
    {
        foreach (var share in _shares)
            if (ReferenceEquals(share.Agent, agent)) return share;
        return null;
    }

    private Share ShareOf(AgentEntry agent)
    {
        if (Find(agent) is { } known) return known;
        var share = new Share(agent);
        _shares.Add(share);
        return share;
    }

    private enum ChangeKind : byte { Freed, Taken, Opens, Closes }

    private readonly record struct Change(long Time, Share? Share, ResourceVector Vector, ChangeKind Kind);

    private sealed class Share(AgentEntry agent)
    {
        public AgentEntry Agent { get; } = agent;
        public ResourceVector Reserved { get; set; }
        public ResourceVector Used { get; set; }
    }
}
