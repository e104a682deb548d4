namespace Granary.Scheduling.Shards;

/// <summary>One part of a sharded pool, as far as it matters to who takes work from whom.</summary>
/// <param name="Size">What its usable nodes are of the pool; 0 when it has none.</param>
/// <param name="Queued">Tasks that wait, for whatever reason.</param>
/// <param name="Waiting">Of them, those that only lack room.</param>
/// <param name="HasRoom">A ready node has something free.</param>
/// <param name="IsBusy">It does not answer, or tasks of it are on their way already.</param>
/// <param name="IsOrphan">Its nodes have been gone for so long that they are not waited for.</param>
public readonly record struct PartState(double Size, int Queued, int Waiting, bool HasRoom, bool IsBusy, bool IsOrphan);

/// <summary>Tasks that part <paramref name="From"/> is to give to part <paramref name="To"/>.</summary>
/// <param name="Most">At most so many.</param>
/// <param name="Everything">The whole queue goes, in pieces: its nodes do not come back.</param>
public readonly record struct ShardMove(int From, int To, int Most, bool Everything);

/// <summary>
/// Which parts take waiting work from which: work stealing, where the idle one asks. A part with room and nothing that waits for it takes from the one with most
/// waiting for what it has, so much that both have alike. A part without nodes hands its queue over.
/// </summary>
public static class ShardStealing
{
    /// <summary>Tasks in one go: about a megabyte at most.</summary>
    public const int MostTasks = 4096;

    /// <param name="parts">As they last said.</param>
    /// <param name="turn">Counts the calls: what fits in no node of one part is offered to the next, and who finds nothing that fits does not keep the others from it.</param>
    public static IReadOnlyList<ShardMove> Plan(IReadOnlyList<PartState> parts, long turn)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var moves = new List<ShardMove>();
        var gives = new bool[parts.Count];
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is not { IsOrphan: true, IsBusy: false, Queued: > 0 }) continue;
            for (var k = 1; k <= parts.Count; k++)
            {
                var to = (int)((i + turn + k) % parts.Count);
                if (to == i || parts[to] is { IsBusy: true } or { Size: <= 0 }) continue;
                moves.Add(new ShardMove(i, to, MostTasks, Everything: true));
                gives[i] = true;
                break;
            }
        }
        foreach (var to in Enumerable.Range(0, parts.Count).Select(k => (int)((k + turn) % parts.Count)).Where(i => parts[i] is { Size: > 0, Waiting: 0, HasRoom: true, IsBusy: false }))
        {
            var from = -1;
            for (var i = 0; i < parts.Count; i++)
                if (i != to && !gives[i] && parts[i] is { Waiting: > 0, IsBusy: false, Size: > 0 }
                    && (from < 0 || parts[i].Waiting / parts[i].Size > parts[from].Waiting / parts[from].Size)) from = i;
            if (from < 0) break;
            gives[from] = true;
            var most = parts[from].Waiting * (parts[to].Size / (parts[to].Size + parts[from].Size));
            moves.Add(new ShardMove(from, to, (int)Math.Clamp(Math.Floor(most), 1, MostTasks), Everything: false));
        }
        return moves;
    }
}
