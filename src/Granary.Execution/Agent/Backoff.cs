namespace Granary.Execution;

/// <summary>Waits that double between two bounds while calls fail.</summary>
internal sealed class Backoff(TimeSpan shortest, TimeSpan longest, TimeProvider time)
{
    private TimeSpan _next;

    /// <summary>True until the first wait since the last success.</summary>
    public bool IsFirst { get; private set; } = true;

    public void Reset()
    {
        _next = TimeSpan.Zero;
        IsFirst = true;
    }

    public Task Wait(CancellationToken cancel)
    {
        IsFirst = false;
        var now = _next < shortest ? shortest : _next;
        _next = now * 2 < longest ? now * 2 : longest;
        return Task.Delay(now, time, cancel);
    }
}
