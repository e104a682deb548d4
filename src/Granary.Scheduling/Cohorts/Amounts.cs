using Granary.Model;

namespace Granary.Scheduling.Cohorts;

/// <summary>Amounts of the resources that the pools of a cohort name between them: one position a name, the built-in ones first.</summary>
internal sealed class AmountTable
{
    private readonly List<string> _names = [.. ResourceNames.BuiltIn];

    public void Learn(ResourceSet set)
    {
        if (set.Custom is null) return;
        foreach (var name in set.Custom.Keys.Order(StringComparer.Ordinal))
            if (!_names.Contains(name)) _names.Add(name);
    }

    public long[] Zero() => new long[_names.Count];

    public long[] Of(ResourceSet set)
    {
        var amounts = Zero();
        foreach (var (name, amount) in set.Named())
            if (_names.IndexOf(name) is var at and >= 0) amounts[at] = amount;
        return amounts;
    }

    public ResourceSet ToSet(long[] amounts)
    {
        Dictionary<string, long>? custom = null;
        for (var i = ResourceNames.BuiltIn.Count; i < amounts.Length; i++)
            if (amounts[i] != 0) (custom ??= [])[_names[i]] = amounts[i];
        return new ResourceSet
        {
            CpuMilli = amounts[0],
            MemoryMiB = amounts[1],
            GpuMilli = amounts[2],
            GpuMemoryMiB = amounts[3],
            NetworkMbps = amounts[4],
            StorageMBps = amounts[5],
            Custom = custom,
        };
    }
}

/// <summary>Arithmetic on amounts of one table.</summary>
internal static class Amounts
{
    public static bool FitsIn(this long[] amounts, long[] room)
    {
        for (var i = 0; i < amounts.Length; i++)
            if (amounts[i] > room[i]) return false;
        return true;
    }

    public static void Add(this long[] amounts, long[] other, long times = 1)
    {
        for (var i = 0; i < amounts.Length; i++) amounts[i] += other[i] * times;
    }

    public static long[] Plus(this long[] amounts, long[] other, long times = 1)
    {
        var sum = (long[])amounts.Clone();
        sum.Add(other, times);
        return sum;
    }

    /// <summary>How often <paramref name="amounts"/> fits in <paramref name="room"/>, at most <paramref name="most"/>.</summary>
    public static int Times(this long[] amounts, long[] room, int most)
    {
        long times = most;
        for (var i = 0; i < amounts.Length; i++)
            if (amounts[i] > 0) times = Math.Min(times, Math.Max(0, room[i]) / amounts[i]);
        return (int)times;
    }
}
