using System.Diagnostics;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>Bounded waits for what other processes do.</summary>
internal static class Until
{
    /// <summary>Long enough for a loaded machine; what is waited for takes a fraction of it.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Looks again every 20 ms until <paramref name="condition"/> holds; fails with <paramref name="otherwise"/> after <paramref name="within"/>.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> otherwise, TimeSpan? within = null)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > (within ?? Patience)) Assert.Fail(otherwise());
            await look.WaitForNextTickAsync();
        }
    }

    public static Task TrueAsync(Func<bool> condition, string otherwise, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), () => otherwise, within);

    public static Task TrueAsync(Func<Task<bool>> condition, string otherwise, TimeSpan? within = null) =>
        TrueAsync(condition, () => otherwise, within);

    /// <summary>A file's whole text once it has some: written elsewhere by <c>echo</c>, so that a line end says it is complete.</summary>
    public static async Task<string> FileAsync(string path)
    {
        await TrueAsync(() => File.Exists(path) && File.ReadAllText(path).EndsWith('\n'), $"{path} was not written");
        return (await File.ReadAllTextAsync(path)).Trim();
    }
}
