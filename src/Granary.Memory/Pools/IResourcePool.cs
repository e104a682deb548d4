namespace Granary.Memory.Pools;

/// <summary>A pool, whatever it holds.</summary>
public interface IResourcePool : IAsyncDisposable
{
    string Name { get; }

    PoolStatistics Statistics();

    /// <summary>Leases held longer than LeakAfter, the longest first.</summary>
    IReadOnlyList<PoolLeak> Leaks();

    /// <summary>Prepares for so many objects in use at once: makes what is missing in the background and keeps it from idling out until the next call.</summary>
    /// <param name="demand">From a forecast, 0 or more; cut to the pool's bounds.</param>
    void Expect(int demand);
}
