using Orleans.Runtime;

namespace Granary.Grains;

/// <summary>Grain state that is never ahead of what is stored.</summary>
internal static class StateWrites
{
    /// <summary>
    /// Writes the state; one that could not be written is read again, for what a grain believes to be durable it does not write a second time.
    /// </summary>
    public static async Task WriteOrReadAgainAsync<T>(this IPersistentState<T> state)
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception)
        {
            await state.ReadStateAsync();
            throw;
        }
    }
}
