using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.State;

namespace Granary.Scheduling.Reservations;

/// <summary>
/// Where a reservation can be put: nodes that have room all through every one of its windows, beside leases as long as they are expected to
/// run, promises and other windows. One node when one has all of it, the one that is left with the least; else pieces in the proportions of
/// what is asked, the roomiest node first, and then whatever makes up the rest.
/// </summary>
internal sealed class ReservationPlanner
{
    /// <summary>So many times at which something becomes free are tried for the earliest window that fits.</summary>
    private const int MostStarts = 256;

    private readonly NodeProfile _profile = new();

    /// <summary>When the windows are.</summary>
    public readonly record struct Times(long First, long Length, long Every, int Count)
    {
        public long LastEnd => First + (Count - 1) * Every + Length;
    }

    /// <summary>Pieces that together make up <paramref name="asked"/>, as far as there is room; <paramref name="missing"/> is the rest.</summary>
    /// <param name="nodes">Those to try; earlier ones are taken first among equals.</param>
    public List<(NodeEntry Node, ResourceVector Vector)> Plan(AgentEntry agent, in ResourceVector asked, in Times times, IReadOnlyList<NodeEntry> nodes,
        long now, out ResourceVector missing)
    {
        var rooms = new ResourceVector[nodes.Count];
        NodeEntry? tightest = null;
        var least = double.MaxValue;
        for (var i = 0; i < nodes.Count; i++)
        {
            rooms[i] = RoomOn(nodes[i], agent, times, now);
            if (!asked.FitsIn(rooms[i])) continue;
            var left = Leftover(asked, rooms[i], nodes[i].Capacity);
            if (left < least) (tightest, least) = (nodes[i], left);
        }
        missing = ResourceVector.Zero;
        if (tightest is not null) return [(tightest, asked)];
        return Spread(asked, nodes, rooms, out missing);
    }

    /// <summary>What is free all through the windows, over all nodes.</summary>
    public ResourceTotals RoomInAll(AgentEntry agent, in Times times, IReadOnlyList<NodeEntry> nodes, long now)
    {
        var sum = ResourceTotals.Zero;
        foreach (var node in nodes) sum += ResourceVector.Max(ResourceVector.Zero, RoomOn(node, agent, times, now));
        return sum;
    }

    /// <summary>The earliest start after that of <paramref name="times"/> at which all of it could be had; null when none is found.</summary>
    public long? EarliestStart(AgentEntry agent, in ResourceVector asked, in Times times, IReadOnlyList<NodeEntry> nodes, long now)
    {
        var starts = new SortedSet<long>();
        foreach (var node in nodes)
        {
            _profile.BuildForWindow(node, now, agent, long.MaxValue);
            foreach (var time in _profile.Times)
                if (time > times.First) starts.Add(time);
        }
        foreach (var start in starts.Take(MostStarts))
        {
            Plan(agent, asked, times with { First = start }, nodes, now, out var missing);
            if (missing.IsZero) return start;
        }
        return null;
    }

    private ResourceVector RoomOn(NodeEntry node, AgentEntry agent, in Times times, long now)
    {
        _profile.BuildForWindow(node, now, agent, times.LastEnd);
        var room = node.Capacity;
        for (var window = 0; window < times.Count; window++)
        {
            var start = times.First + window * times.Every;
            if (start + times.Length > now) room = ResourceVector.Min(room, _profile.Least(Math.Max(now, start), start + times.Length));
        }
        return room;
    }

    private static double Leftover(in ResourceVector asked, in ResourceVector room, in ResourceVector capacity)
    {
        var left = 0.0;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (capacity[lane] > 0) left += (room[lane] - asked[lane]) / (double)capacity[lane];
        return left;
    }

    private static List<(NodeEntry, ResourceVector)> Spread(in ResourceVector asked, IReadOnlyList<NodeEntry> nodes, ResourceVector[] rooms, out ResourceVector missing)
    {
        var left = asked;
        var taken = new ResourceVector[nodes.Count];
        var order = Enumerable.Range(0, nodes.Count).ToArray();
        var parts = new double[nodes.Count];
        for (var i = 0; i < parts.Length; i++) parts[i] = PartOf(asked, rooms[i]);
        Array.Sort(order, (a, b) => parts[b] != parts[a] ? parts[b].CompareTo(parts[a]) : a.CompareTo(b));
        foreach (var i in order)
        {
            taken[i] = ResourceVector.Min(left, Scale(asked, Math.Min(1, parts[i])));
            left -= taken[i];
        }
        foreach (var i in order)
        {
            if (left.IsZero) break;
            var more = ResourceVector.Max(ResourceVector.Zero, ResourceVector.Min(left, rooms[i] - taken[i]));
            taken[i] += more;
            left -= more;
        }
        missing = left;
        var pieces = new List<(NodeEntry, ResourceVector)>();
        for (var i = 0; i < taken.Length; i++)
            if (!taken[i].IsZero) pieces.Add((nodes[i], taken[i]));
        return pieces;
    }

    /// <summary>Which part of what is asked a room holds, in every resource that is asked for.</summary>
    private static double PartOf(in ResourceVector asked, in ResourceVector room)
    {
        var part = double.MaxValue;
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
            if (asked[lane] > 0) part = Math.Min(part, Math.Max(0, room[lane]) / (double)asked[lane]);
        return part == double.MaxValue ? 0 : part;
    }

    private static ResourceVector Scale(in ResourceVector vector, double part)
    {
        Span<int> lanes = stackalloc int[ResourceVector.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++) lanes[lane] = (int)Math.Floor(vector[lane] * part + 1e-9);
        return new ResourceVector(lanes);
    }
}
