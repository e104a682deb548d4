namespace Granary.Rest.Http;

/// <summary>Asks many grains at once, but not all at once.</summary>
internal static class Parallelism
{
    private const int AtOnce = 64;

    /// <summary>Answers in the order of <paramref name="keys"/>; the first failure is thrown.</summary>
    public static async Task<TAnswer[]> Each<TKey, TAnswer>(IReadOnlyList<TKey> keys, Func<TKey, Task<TAnswer>> ask)
    {
        var answers = new TAnswer[keys.Count];
        await Parallel.ForAsync(0, keys.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => answers[i] = await ask(keys[i]));
        return answers;
    }
}
