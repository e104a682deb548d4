using System.Runtime.CompilerServices;
using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>Memory whose every access is a step of the <see cref="StepMachine"/>. Items are <c>long</c> or objects.</summary>
internal readonly struct CheckedAtomics : IAtomics
{
    private static StepMachine Machine => StepMachine.Current;

    public static long Load(object owner, int field, ref long cell) => Machine.Load(owner, field, new(cell), acquire: true).Number;

    public static void Store(object owner, int field, ref long cell, long value) => Machine.Store(owner, field, new(cell), new(value), release: true);

    public static void StorePlain(object owner, int field, ref long cell, long value) => Machine.Store(owner, field, new(cell), new(value), release: false);

    public static bool Exchange(object owner, int field, ref long cell, long expected, long value) =>
        Machine.Change(owner, field, new(cell), was => was.Number == expected ? new(value) : null).Number == expected;

    public static long Increment(object owner, int field, ref long cell) => Machine.Change(owner, field, new(cell), was => new(was.Number + 1)).Number;

    public static T LoadItem<T>(object owner, int field, ref T cell) => From<T>(Machine.Load(owner, field, To(cell), acquire: false));

    public static void StoreItem<T>(object owner, int field, ref T cell, T value) => Machine.Store(owner, field, To(cell), To(value), release: false);

    public static T LoadReference<T>(object owner, int field, ref T cell)
        where T : class? => (T)Machine.Load(owner, field, new(0, cell), acquire: true).Reference!;

    public static void StoreReference<T>(object owner, int field, ref T cell, T value)
        where T : class? => Machine.Store(owner, field, new(0, cell), new(0, value), release: true);

    public static bool ExchangeReference<T>(object owner, int field, ref T cell, T expected, T value)
        where T : class? => ReferenceEquals(
            Machine.Change(owner, field, new(0, cell), was => ReferenceEquals(was.Reference, expected) ? new(0, value) : null).Reference, expected);

    public static T Create<T, TArgument>(Func<TArgument, T> create, TArgument argument)
        where T : class => Machine.Create(create, argument);

    public static void Fence() => Machine.Fence();

    public static void Spin(ref SpinWait spin) => StepMachine.Spin();

    private static Value To<T>(T item) => typeof(T) == typeof(long) ? new(Unsafe.As<T, long>(ref item)) : new(0, item);

    private static T From<T>(Value value)
    {
        if (typeof(T) != typeof(long)) return (T)value.Reference!;
        var number = value.Number;
        return Unsafe.As<long, T>(ref number);
    }
}
