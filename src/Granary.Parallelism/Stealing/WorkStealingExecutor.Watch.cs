namespace Granary.Parallelism.Stealing;

/// <summary>Who is awake, who hangs.</summary>
public sealed partial class WorkStealingExecutor
{
    private int _started;
    private int _hanging;
    private readonly Lock _watching = new();

    /// <summary>True while more workers hang than spares have been taken on: spares work only then.</summary>
    internal bool NeedsSpares => Volatile.Read(ref _hanging) > 0;

    internal bool HasForks
    {
        get
        {
            foreach (var worker in _workers)
                if (worker.Forks.Count > 0) return true;
            return false;
        }
    }

    internal bool HasWork
    {
        get
        {
            if (!_submitted.IsEmpty) return true;
            foreach (var worker in _workers)
                if (worker.Forks.Count > 0 || worker.Posted.Count > 0) return true;
            return false;
        }
    }

    /// <summary>After work was put down: gets one up who lies, if any.</summary>
    internal void Wake(bool fork)
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref Lying.Value) == 0) return;
        foreach (var worker in _workers)
            if (worker.WakeFor(fork)) return;
    }

    /// <summary>By who has found work elsewhere.</summary>
    internal void WakeMore()
    {
        if (Volatile.Read(ref Lying.Value) > 0 && HasWork) Wake(fork: HasForks);
    }

    /// <summary>By a timer: who is up and has not shown life since the last look hangs. If there is work, a spare takes on each such place.</summary>
    private void Watch()
    {
        if (Stopping || !_watching.TryEnter()) return;
        try
        {
            Look();
        }
        finally
        {
            _watching.Exit();
        }
    }

    private void Look()
    {
        var hanging = 0;
        for (var i = 0; i < Options.Workers; i++)
        {
            var worker = _workers[i];
            var life = worker.Life;
            if (worker.IsUp && life == worker.LifeSeen) hanging++;
            worker.LifeSeen = life;
        }
        Volatile.Write(ref _hanging, hanging);
        if (hanging == 0 || !HasWork) return;
        var wanted = Math.Min(_guests, Options.Workers + hanging);
        for (var i = Options.Workers; i < wanted; i++)
        {
            if (i >= _started)
            {
                Volatile.Write(ref _started, i + 1);
                _workers[i].Thread!.Start();
            }
            else _workers[i].WakeIfAsleep();
        }
    }
}
