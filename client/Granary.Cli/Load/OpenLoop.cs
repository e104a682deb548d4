namespace Granary.Cli.Load;

/// <summary>
/// Sends calls when a schedule says, whether or not those before were answered. When as many are under way as may be, the next wait, and their
/// time counts from when they were meant to begin.
/// </summary>
/// <param name="time">The clock of the schedule and of all figures.</param>
/// <param name="mostUnderWay">How many calls may be unanswered at once.</param>
internal sealed class OpenLoop(TimeProvider time, int mostUnderWay)
{
    /// <summary>How long answers are awaited after the last call was sent.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly Room _room = new(mostUnderWay);
    private long _started;

    /// <param name="schedule">When calls are meant to begin.</param>
    /// <param name="duration">Calls that would begin later are not made.</param>
    /// <param name="next">The kind of the nth call, and how to make it; gives the kind of its failure, or null.</param>
    /// <param name="record">Gets every outcome.</param>
    /// <param name="cancel">Ends the load early.</param>
    /// <returns>The time from the beginning to the last answer.</returns>
    public async Task<TimeSpan> RunAsync(
        ArrivalSchedule schedule, TimeSpan duration, Func<long, (LoadCall Call, Func<Task<string?>> Make)> next, LoadRecord record, CancellationToken cancel)
    {
        _started = time.GetTimestamp();
        var end = (long)duration.TotalMicroseconds;
        for (var n = 0L; ; n++)
        {
            var intended = schedule.Next();
            if (intended >= end) break;
            // a call that is due already is sent at once: after a stall many are
            while (Now() is var now && now < intended)
                await Task.Delay(TimeSpan.FromMicroseconds(Math.Max(1000, intended - now)), time, cancel).ConfigureAwait(false);
            await _room.TakeAsync(cancel).ConfigureAwait(false);
            _ = CallAsync(next(n), intended, record);
        }
        await Task.WhenAny(_room.Empty(), Task.Delay(Grace, time, cancel)).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        if (_room.Taken is > 0 and var unanswered) record.AddUnanswered(unanswered);
        return TimeSpan.FromMicroseconds(Math.Max(Now(), end));
    }

    private async Task CallAsync((LoadCall Call, Func<Task<string?>> Make) call, long intended, LoadRecord record)
    {
        var sent = Now();
        string? error;
        try
        {
            error = await call.Make().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            error = e.GetType().Name;
        }
        record.Add(call.Call, intended, sent, Now(), error);
        _room.GiveBack();
    }

    private long Now() => (long)time.GetElapsedTime(_started).TotalMicroseconds;
}
