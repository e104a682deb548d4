using System.Runtime.CompilerServices;

namespace Granary.Parallelism.Atomics;

/// <summary>The machine's own memory. A struct, so that generic code over it is compiled for it, each call in place.</summary>
internal readonly struct MachineAtomics : IAtomics
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Load(object owner, int field, ref long cell) => Volatile.Read(ref cell);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(object owner, int field, ref long cell, long value) => Volatile.Write(ref cell, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePlain(object owner, int field, ref long cell, long value) => cell = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Exchange(object owner, int field, ref long cell, long expected, long value) => Interlocked.CompareExchange(ref cell, value, expected) == expected;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Increment(object owner, int field, ref long cell) => Interlocked.Increment(ref cell) - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadItem<T>(object owner, int field, ref T cell) => cell;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreItem<T>(object owner, int field, ref T cell, T value) => cell = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadReference<T>(object owner, int field, ref T cell)
        where T : class? => Volatile.Read(ref cell);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreReference<T>(object owner, int field, ref T cell, T value)
        where T : class? => Volatile.Write(ref cell, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool ExchangeReference<T>(object owner, int field, ref T cell, T expected, T value)
        where T : class? => ReferenceEquals(Interlocked.CompareExchange(ref cell, value, expected), expected);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Create<T, TArgument>(Func<TArgument, T> create, TArgument argument)
        where T : class => create(argument);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fence() => Interlocked.MemoryBarrier();

    public static void Spin(ref SpinWait spin) => spin.SpinOnce(sleep1Threshold: -1);
}
