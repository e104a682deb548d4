namespace Granary.Memory.Shared;

/// <summary>Memory that processes of one machine share: objects in a file on /dev/shm, mapped by each of them. Any thread may call any member.</summary>
/// <remarks>
/// The tables of objects and references are the truth, and every change to them is one store of one word; all else (free units, chains, counts) follows from
/// them. A process killed at any moment leaves at most a lock that names it: the next to want the lock sees that its owner is gone, takes it over and
/// makes what follows anew. docs/shared-memory.md has the layout and what is promised; include/granary_shm.h is the same for C.
/// </remarks>
public sealed partial class SharedPool : IDisposable
{
    private readonly SharedMap _map;
    private readonly ulong _seed;
    private readonly Lock _gate = new();
    private readonly ulong _identity;
    private readonly Func<ulong, bool> _alive;
    private readonly int _agent;
    private readonly int _process = -1;
    private int _views = 1;
    private bool _closed;

    private SharedPool(SharedMap map, ulong seed, string agent, Crashing? crashing)
    {
        (_map, _seed, Agent) = (map, seed, agent);
        _crash = crashing;
        _identity = crashing?.Identity ?? ProcessIdentity.Own;
        _alive = crashing is null ? ProcessIdentity.IsAlive : crashing.IsAlive;
        try
        {
            using var held = Enter();
            _agent = FindAgent(agent, add: true);
            if (_agent < 0) throw new SharedPoolException($"{Path}: no room for another agent: {_map.Geometry.Agents - 1} are known; make the pool with more Agents");
            _process = AddProcess();
            if (_process < 0) throw new SharedPoolException($"{Path}: {_map.Geometry.Processes} processes have it open; make the pool with more Processes");
            held.Done();
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path => _map.Path;

    /// <summary>For whom this process uses the pool: who is charged, and whose grants count.</summary>
    public string Agent { get; }

    /// <summary>Makes a pool in a new file and opens it.</summary>
    /// <param name="path">On /dev/shm; on another file system it works as well, and is written to its disk.</param>
    /// <param name="agent">1 to 100 bytes of UTF-8.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="SharedPoolException">The file exists, or there is no room for it.</exception>
    public static SharedPool Create(string path, SharedPoolOptions options, string agent) => new(SharedPoolFile.Create(path, options, out var seed), seed, Checked(agent), null);

    /// <summary>Makes a pool without a name, which nobody can cut: other processes of this user open its <see cref="Path"/> while this one lives.</summary>
    /// <exception cref="SharedPoolException">There is no room for it.</exception>
    public static SharedPool CreateSealed(string name, SharedPoolOptions options, string agent) => new(SharedPoolFile.CreateSealed(name, options, out var seed), seed, Checked(agent), null);

    /// <summary>Opens a pool that another process made.</summary>
    /// <exception cref="SharedPoolException">There is none, or it is of another version, cut or damaged.</exception>
    public static SharedPool Open(string path, string agent) => new(SharedPoolFile.Open(path, out var seed), seed, Checked(agent), null);

    internal static SharedPool Open(string path, string agent, Crashing crashing) => new(SharedPoolFile.Open(path, out var seed), seed, Checked(agent), crashing);

    /// <summary>Bytes that an agent may have; 0 for no limit, null for the pool's default.</summary>
    public void SetLimit(string agent, long? bytes)
    {
        if (bytes < 0) throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "a limit is 0 or more");
        using var held = Enter();
        var index = FindAgent(Checked(agent), add: true);
        if (index >= 0) _map.AgentLimit(index) = bytes is null ? 0 : (ulong)bytes + 1;
        held.Done();
        if (index < 0) throw new SharedPoolException($"{Path}: no room for another agent");
    }

    public SharedPoolStatistics Statistics() => SharedPoolInspection.Read(Path).Statistics();

    /// <summary>Takes back what processes held that are gone.</summary>
    /// <returns>References and processes taken back.</returns>
    public int Reclaim()
    {
        using var held = Enter();
        var before = _map.Counter(SharedCounter.Reclaimed);
        if (_map.Head.LostUnits > 0) Repair();
        else ReclaimDead();
        held.Done();
        return (int)(_map.Counter(SharedCounter.Reclaimed) - before);
    }

    /// <summary>Gives up this process's references and leaves. The memory stays mapped while an object of it is not disposed.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            if (_crash is not { Crashed: true })
            {
                try
                {
                    using var held = Enter();
                    DropProcess(_process);
                    held.Done();
                }
                catch (SharedPoolException)
                {
                    // cut or held up: whoever reclaims finds the process gone
                }
            }
            _closed = true;
        }
        Unview();
    }

    internal void View() => Interlocked.Increment(ref _views);

    internal void Unview()
    {
        if (Interlocked.Decrement(ref _views) == 0) _map.Dispose();
    }

    private static string Checked(string agent) =>
        agent.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(agent) <= SharedGeometry.AgentNameBytes && agent != "*" && !agent.Contains('\0')
            ? agent
            : throw new ArgumentException($"'{agent}' cannot be an agent of a shared pool: 1 to {SharedGeometry.AgentNameBytes} bytes, and not '*'", nameof(agent));
}
