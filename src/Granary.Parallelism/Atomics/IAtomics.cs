namespace Granary.Parallelism.Atomics;

/// <summary>
/// Every access to shared memory that the lock-free parts make. They are generic over it, so that what tests interleave step by step is the code that runs:
/// <see cref="MachineAtomics"/> compiles to the bare instructions. <c>owner</c> and <c>field</c> name the cell for who interleaves; the machine ignores them.
/// </summary>
internal interface IAtomics
{
    /// <summary>Acquire: what comes after it is not read before it.</summary>
    static abstract long Load(object owner, int field, ref long cell);

    /// <summary>Release: what was written before it is seen by who loads what it wrote.</summary>
    static abstract void Store(object owner, int field, ref long cell, long value);

    /// <summary>Ordered with nothing until a release or a fence.</summary>
    static abstract void StorePlain(object owner, int field, ref long cell, long value);

    /// <summary>Compare and exchange with full order; true when the cell held <paramref name="expected"/>.</summary>
    static abstract bool Exchange(object owner, int field, ref long cell, long expected, long value);

    /// <summary>Adds one with full order; the value before.</summary>
    static abstract long Increment(object owner, int field, ref long cell);

    /// <summary>Plain.</summary>
    static abstract T LoadItem<T>(object owner, int field, ref T cell);

    /// <summary>Plain.</summary>
    static abstract void StoreItem<T>(object owner, int field, ref T cell, T value);

    /// <summary>Acquire.</summary>
    static abstract T LoadReference<T>(object owner, int field, ref T cell)
        where T : class?;

    /// <summary>Release.</summary>
    static abstract void StoreReference<T>(object owner, int field, ref T cell, T value)
        where T : class?;

    /// <summary>Compare and exchange with full order.</summary>
    static abstract bool ExchangeReference<T>(object owner, int field, ref T cell, T expected, T value)
        where T : class?;

    /// <summary>A new object that nobody else knows yet.</summary>
    static abstract T Create<T, TArgument>(Func<TArgument, T> create, TArgument argument)
        where T : class;

    /// <summary>No access passes it in either direction.</summary>
    static abstract void Fence();

    /// <summary>Waits a little for another thread. The operation then starts again: it must not have changed anything yet.</summary>
    static abstract void Spin(ref SpinWait spin);
}
