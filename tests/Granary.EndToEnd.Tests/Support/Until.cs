namespace Granary.EndToEnd.Tests.Support;

/// <summary>Bounded waits for what other processes do.</summary>
internal static class Until
{
    /// <summary>Looks again every 20 ms until <paramref name="condition"/> holds; fails with <paramref name="otherwise"/> after <paramref name="within"/>.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan within, Func<string> otherwise)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > within) Assert.Fail(otherwise());
            await look.WaitForNextTickAsync();
        }
    }

    public static Task TrueAsync(Func<bool> condition, TimeSpan within, string otherwise) =>
        TrueAsync(() => Task.FromResult(condition()), within, () => otherwise);
}
