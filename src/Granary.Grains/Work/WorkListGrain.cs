using Granary.Abstractions;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Work;

/// <summary>
/// Which partitioned work there is. Work is entered before it begins and told of after it has ended, so that what a crash leaves behind is found and woken; an entry
/// whose work never began is dropped when it is woken.
/// </summary>
public sealed partial class WorkListGrain(
    [PersistentState("work-list", WorkListGrain.StorageName)] IPersistentState<WorkListState> state,
    IGrainFactory grains,
    ILogger<WorkListGrain> log) : Grain, IWorkListGrain
{
    public const string StorageName = "granary";

    /// <summary>Ended work that is still listed.</summary>
    private const int EndedKept = 200;

    public Task<IReadOnlyList<WorkEntry>> List() => Task.FromResult<IReadOnlyList<WorkEntry>>([.. Enumerable.Reverse(state.State.Entries)]);

    public async Task Add(WorkEntry entry)
    {
        if (state.State.Entries.Any(e => e.Id == entry.Id)) return;
        state.State.Entries.Add(entry);
        var old = state.State.Entries.Where(e => e.Ended).SkipLast(EndedKept).ToArray();
        foreach (var ended in old) await grains.GetGrain<IDistributedWorkGrain>(ended.Id).Forget();
        foreach (var ended in old) state.State.Entries.Remove(ended);
        await state.WriteOrReadAgainAsync();
    }

    public async Task Ended(string id)
    {
        var at = state.State.Entries.FindIndex(e => e.Id == id);
        if (at < 0 || state.State.Entries[at].Ended) return;
        state.State.Entries[at] = state.State.Entries[at] with { Ended = true };
        await state.WriteOrReadAgainAsync();
    }

    public async Task Wake()
    {
        foreach (var entry in state.State.Entries.Where(e => !e.Ended).ToArray())
        {
            try
            {
                if (!await grains.GetGrain<IDistributedWorkGrain>(entry.Id).Wake()) await Ended(entry.Id);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogNotWoken(log, entry.Id, e.Message); // the next round tries again
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "work {Work} could not be woken, it is tried again: {Error}")]
    private static partial void LogNotWoken(ILogger logger, string work, string error);
}
