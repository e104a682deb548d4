namespace Granary.Memory.Benchmarks;

/// <summary>The plain way: a stack of objects under a lock, and a monitor for those who wait.</summary>
internal sealed class LockedPool<T>(Func<T> make, int max) where T : class
{
    private readonly Stack<T> _idle = new();
    private int _made;

    public T Get()
    {
        lock (_idle)
        {
            while (true)
            {
                if (_idle.TryPop(out var idle)) return idle;
                if (_made < max) break;
                Monitor.Wait(_idle);
            }
            _made++;
        }
        return make();
    }

    public void Return(T item)
    {
        lock (_idle)
        {
            _idle.Push(item);
            Monitor.Pulse(_idle);
        }
    }
}
