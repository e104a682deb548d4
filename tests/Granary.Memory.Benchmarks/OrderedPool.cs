namespace Granary.Memory.Benchmarks;

/// <summary>The plain way to keep the order: a stack of objects and a queue of those who wait under one lock; an object goes to the first of them, who alone is woken.</summary>
internal sealed class OrderedPool<T>(Func<T> make, int max) where T : class
{
    private readonly Stack<T> _idle = new();
    private readonly Queue<Waiter> _waiting = new();
    private int _made;

    public T Get()
    {
        var waiter = new Waiter();
        lock (_idle)
        {
            if (_waiting.Count == 0)
            {
                if (_idle.TryPop(out var idle)) return idle;
                if (_made++ < max) return make();
            }
            _waiting.Enqueue(waiter);
        }
        lock (waiter)
        {
            while (waiter.Given is null) Monitor.Wait(waiter);
            return waiter.Given;
        }
    }

    public void Return(T item)
    {
        Waiter? first;
        lock (_idle)
        {
            if (!_waiting.TryDequeue(out first))
            {
                _idle.Push(item);
                return;
            }
        }
        lock (first)
        {
            first.Given = item;
            Monitor.Pulse(first);
        }
    }

    private sealed class Waiter
    {
        public T? Given;
    }
}
