namespace Granary.Cli.Load;

/// <summary>Places for calls under way. Whoever waits goes on within the call that gives a place back, so that virtual time stays in step.</summary>
internal sealed class Room(int places)
{
    private readonly Lock _gate = new();
    private int _taken;
    private TaskCompletionSource? _place;
    private TaskCompletionSource? _empty;

    public int Taken
    {
        get
        {
            lock (_gate) return _taken;
        }
    }

    /// <summary>Takes a place, waiting for one when all are taken. One caller at a time.</summary>
    public async ValueTask TakeAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task place;
            lock (_gate)
            {
                if (_taken < places)
                {
                    _taken++;
                    return;
                }
                place = (_place = new TaskCompletionSource()).Task;
            }
            using var ended = cancel.Register(static state => ((Room)state!).Wake(), this);
            await place.ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
        }
    }

    public void GiveBack()
    {
        TaskCompletionSource? empty = null;
        lock (_gate)
            if (--_taken == 0) (empty, _empty) = (_empty, null);
        empty?.TrySetResult();
        Wake();
    }

    /// <summary>Completes when no place is taken.</summary>
    public Task Empty()
    {
        lock (_gate) return _taken == 0 ? Task.CompletedTask : (_empty ??= new TaskCompletionSource()).Task;
    }

    private void Wake()
    {
        TaskCompletionSource? place;
        lock (_gate) (place, _place) = (_place, null);
        place?.TrySetResult();
    }
}
