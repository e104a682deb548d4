using Granary.Parallelism.Atomics;

namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>What a mistake in the code would do to its accesses.</summary>
internal interface IMistake
{
    /// <summary>A fence was forgotten.</summary>
    static virtual bool NoFence => false;

    /// <summary>A release was written as a plain store.</summary>
    static virtual bool NoRelease => false;

    /// <summary>An acquire was written as a plain load.</summary>
    static virtual bool NoAcquire => false;

    /// <summary>A compare-and-exchange was written as a comparison and a store.</summary>
    static virtual bool TornExchange => false;

    /// <summary>An increment was written as a load and a store.</summary>
    static virtual bool TornIncrement => false;
}

internal readonly struct ForgottenFence : IMistake
{
    public static bool NoFence => true;
}

internal readonly struct ForgottenRelease : IMistake
{
    public static bool NoRelease => true;
}

internal readonly struct ForgottenAcquire : IMistake
{
    public static bool NoAcquire => true;
}

internal readonly struct CompareThenStore : IMistake
{
    public static bool TornExchange => true;
}

internal readonly struct LoadThenStore : IMistake
{
    public static bool TornIncrement => true;
}

/// <summary><see cref="CheckedAtomics"/> under code with a mistake.</summary>
internal readonly struct Faulty<TMistake> : IAtomics
    where TMistake : struct, IMistake
{
    public static long Load(object owner, int field, ref long cell) =>
        TMistake.NoAcquire ? CheckedAtomics.LoadItem(owner, field, ref cell) : CheckedAtomics.Load(owner, field, ref cell);

    public static void Store(object owner, int field, ref long cell, long value)
    {
        if (TMistake.NoRelease) CheckedAtomics.StorePlain(owner, field, ref cell, value);
        else CheckedAtomics.Store(owner, field, ref cell, value);
    }

    public static void StorePlain(object owner, int field, ref long cell, long value) => CheckedAtomics.StorePlain(owner, field, ref cell, value);

    public static bool Exchange(object owner, int field, ref long cell, long expected, long value)
    {
        if (!TMistake.TornExchange) return CheckedAtomics.Exchange(owner, field, ref cell, expected, value);
        if (CheckedAtomics.Load(owner, field, ref cell) != expected) return false;
        CheckedAtomics.Store(owner, field, ref cell, value);
        return true;
    }

    public static long Increment(object owner, int field, ref long cell)
    {
        if (!TMistake.TornIncrement) return CheckedAtomics.Increment(owner, field, ref cell);
        var was = CheckedAtomics.Load(owner, field, ref cell);
        CheckedAtomics.Store(owner, field, ref cell, was + 1);
        return was;
    }

    public static T LoadItem<T>(object owner, int field, ref T cell) => CheckedAtomics.LoadItem(owner, field, ref cell);

    public static void StoreItem<T>(object owner, int field, ref T cell, T value) => CheckedAtomics.StoreItem(owner, field, ref cell, value);

    public static T LoadReference<T>(object owner, int field, ref T cell)
        where T : class? => TMistake.NoAcquire ? CheckedAtomics.LoadItem(owner, field, ref cell) : CheckedAtomics.LoadReference(owner, field, ref cell);

    public static void StoreReference<T>(object owner, int field, ref T cell, T value)
        where T : class?
    {
        if (TMistake.NoRelease) CheckedAtomics.StoreItem(owner, field, ref cell, value);
        else CheckedAtomics.StoreReference(owner, field, ref cell, value);
    }

    public static bool ExchangeReference<T>(object owner, int field, ref T cell, T expected, T value)
        where T : class?
    {
        if (!TMistake.TornExchange) return CheckedAtomics.ExchangeReference(owner, field, ref cell, expected, value);
        if (!ReferenceEquals(CheckedAtomics.LoadReference(owner, field, ref cell), expected)) return false;
        CheckedAtomics.StoreReference(owner, field, ref cell, value);
        return true;
    }

    public static T Create<T, TArgument>(Func<TArgument, T> create, TArgument argument)
        where T : class => CheckedAtomics.Create(create, argument);

    public static void Fence()
    {
        if (!TMistake.NoFence) CheckedAtomics.Fence();
    }

    public static void Spin(ref SpinWait spin) => CheckedAtomics.Spin(ref spin);
}
