namespace Granary.Grains;

/// <summary>Bounded waits on the server's clock.</summary>
internal static class Waits
{
    /// <summary>True when <paramref name="task"/> completed within <paramref name="time"/>.</summary>
    public static async Task<bool> UntilAsync(Task task, TimeSpan time, TimeProvider clock)
    {
        try
        {
            await task.WaitAsync(time, clock);
            await Task.Yield(); // who completed it may be in the middle of a turn of this very grain
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
