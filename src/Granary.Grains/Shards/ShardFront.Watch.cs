using Granary.Abstractions;
using Granary.Grains.Pools;

namespace Granary.Grains.Shards;

/// <summary>
/// Changes of all parts as one sequence: each part is followed by a long poll from the first time that somebody watches. Where something of a
/// part was missed, watchers are told of a gap.
/// </summary>
internal sealed partial class ShardFront
{
    private const int MostChanges = 4096;

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(200);

    private readonly long[] _cursors = new long[64];
    private ChangeLog? _changes;
    private Task _following = Task.CompletedTask;

    public async Task<ChangeBatch> Watch(long cursor, TimeSpan maxWait)
    {
        await FollowAsync();
        if (cursor == 0) return new ChangeBatch(_changes!.Cursor, false, []);
        var batch = _changes!.Read(cursor, MostChanges);
        if (batch.Changes.Count > 0 || batch.Gap || _ended) return batch;
        var wait = maxWait < _options.LongestPoll ? maxWait : _options.LongestPoll;
        if (wait > TimeSpan.Zero) await Waits.UntilAsync(Task.WhenAny(_changes.Arrival, _stop.Stopping), wait, _clock);
        return _changes.Read(cursor, MostChanges);
    }

    public void Wake() => _changes?.Announce();

    /// <summary>Completes when every part is followed: from then on nothing is missed without a gap.</summary>
    private async Task FollowAsync()
    {
        while (_changes is null)
        {
            if (_following.IsCompleted) _following = BeginAsync();
            await _following;
        }
    }

    private async Task BeginAsync()
    {
        var first = await AllAsync(part => part.Watch(0, TimeSpan.Zero));
        for (var i = 0; i < _count; i++) _cursors[i] = first[i].Cursor;
        _changes = NewLog();
        for (var i = 0; i < _count; i++) _ = FollowAsync(i);
    }

    private async Task FollowAsync(int shard)
    {
        while (!_ended)
        {
            try
            {
                var batch = await _parts[shard].Watch(_cursors[shard], _options.LongestPoll);
                if (batch.Gap)
                {
                    var old = _changes!;
                    _changes = NewLog();
                    old.Announce();
                }
                _cursors[shard] = batch.Cursor;
                if (batch.Changes.Count == 0)
                {
                    if (_stop.Stopping.IsCompleted) return;
                    continue;
                }
                foreach (var change in batch.Changes) _changes!.Add(change);
                _changes!.Announce();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // it comes back with another cursor, which is a gap
                if (_stop.Stopping.IsCompleted) return;
                await Task.Delay(PauseAfterFailure, _clock);
            }
        }
    }

    /// <summary>A log that knows none of the cursors given out before it.</summary>
    private ChangeLog NewLog() => new(_options.ChangesKept, Math.Max(
        _clock.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond - DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerMicrosecond,
        (_changes?.Cursor ?? 0) + 1));
}
