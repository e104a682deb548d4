using System.Diagnostics;

namespace Granary.Memory.Shared;

public sealed partial class SharedPool
{
    private const int SpinsBetweenLooks = 32;

    /// <summary>How long to wait for a living process that holds the lock; it is held for microseconds, or for as long as a large object takes to decompress.</summary>
    internal TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(10);

    private readonly Crashing? _crash;

    /// <summary>Takes the lock; disposing of what comes back leaves it, after a repair where the work was not done.</summary>
    private Critical Enter()
    {
        _gate.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_crash is { Crashed: true }) throw new InvalidOperationException("this process is dead");
            _map.RequireWhole();
            if (Interlocked.CompareExchange(ref _map.Lock, _identity, 0) != 0) Contend();
            return new Critical(this);
        }
        catch
        {
            _gate.Exit();
            throw;
        }
    }

    private void Contend()
    {
        var (spinner, started) = (new SpinWait(), Stopwatch.GetTimestamp());
        for (var spins = 1; ; spins++)
        {
            spinner.SpinOnce(sleep1Threshold: 60);
            var holder = Interlocked.CompareExchange(ref _map.Lock, _identity, 0);
            if (holder == 0) return;
            if (spins % SpinsBetweenLooks != 0) continue;
            _map.RequireWhole();
            if (holder != _identity && !_alive(holder) && Interlocked.CompareExchange(ref _map.Lock, _identity, holder) == holder)
            {
                if (holder != SharedHeader.Unmade) _map.Counter(SharedCounter.Steals)++;
                Repair();
                return;
            }
            if (Stopwatch.GetElapsedTime(started) > LockTimeout)
                throw new SharedPoolException($"{Path}: process {ProcessIdentity.Pid(holder)} has held the lock for {LockTimeout.TotalSeconds:0.###} s and lives; is it stopped?");
        }
    }

    private void Exit(bool done)
    {
        try
        {
            if (_crash is { Crashed: true }) return;
            if (!done) Repair();
            Volatile.Write(ref _map.Lock, 0);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>A moment between two stores: where tests let a process die.</summary>
    private void Moment() => _crash?.Pass();

    private ref struct Critical(SharedPool pool)
    {
        private bool _done;

        public void Done() => _done = true;

        public readonly void Dispose() => pool.Exit(_done);
    }
}

/// <summary>A process that dies at a chosen moment: its pool then changes nothing more, and others see it as gone.</summary>
/// <param name="identity">Of the process that is played.</param>
/// <param name="others">Whether another one lives.</param>
internal sealed class Crashing(ulong identity, Func<ulong, bool> others)
{
    public ulong Identity { get; } = identity;

    /// <summary>How many more moments it lives.</summary>
    public int Left { get; set; } = int.MaxValue;

    public bool Crashed { get; private set; }

    public bool IsAlive(ulong identity) => others(identity);

    public void Pass()
    {
        if (--Left >= 0) return;
        Crashed = true;
        throw new CrashedException();
    }
}

/// <summary>The process that is played is dead.</summary>
internal sealed class CrashedException : Exception;
