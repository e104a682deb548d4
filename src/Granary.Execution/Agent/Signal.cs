namespace Granary.Execution;

/// <summary>Wakes one waiter; what is set while nobody waits wakes the next one at once.</summary>
internal sealed class Signal
{
    private readonly SemaphoreSlim _count = new(0, 1);

    public void Set()
    {
        try
        {
            if (_count.CurrentCount == 0) _count.Release();
        }
        catch (SemaphoreFullException)
        {
            // somebody else set it meanwhile
        }
    }

    public Task Wait(CancellationToken cancel) => _count.WaitAsync(cancel);
}
