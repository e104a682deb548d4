using Granary.Abstractions;
using Granary.Model;
using Granary.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Granary.Grains.Application;

/// <summary>What ended after the state was last written, from the pool's table of tasks, which the commit that ended them wrote.</summary>
public sealed partial class ApplicationGrain
{
    /// <summary>More than that of one crash are forgotten, the last ones.</summary>
    private const int MostReplayed = 100_000;

    private const int Page = 5_000;
    private readonly HashSet<(string Part, long Number)> _replayed = [];
    private Dictionary<string, EndedMark> _marks = [];

    /// <summary>What is stored is of a build that kept no marks: of what it holds nothing is read again.</summary>
    private bool _unmarked;

    private async Task ReplayAsync(CancellationToken cancellation)
    {
        _marks = new(state.State.Marks, StringComparer.Ordinal);
        _unmarked = state.State.Book.Length > 0 && _marks.Count == 0;
        if (services.GetService<IPoolStore>() is not { } store) return;
        try
        {
            foreach (var part in state.State.Marks.Keys)
                while (_replayed.Count < MostReplayed && await ReplayAsync(store, part, cancellation) == Page)
                {
                    // the next page
                }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Complain("brought up to date from its tasks", e.Message);
        }
    }

    private async Task<int> ReplayAsync(IPoolStore store, string part, CancellationToken cancellation)
    {
        var ended = await store.EndedAfterAsync(part, _marks[part].At, _marks[part].Number, Page, cancellation);
        for (var i = 0; i < ended.Count; i++)
        {
            var outcome = TaskOutcome.Of(ended[i]);
            Learn(outcome, outcome.Finished ?? clock.GetUtcNow());
            _replayed.Add((part, outcome.Number));
            Mark(part, outcome);
        }
        return ended.Count;
    }

    private void Learn(in TaskOutcome outcome, DateTimeOffset now)
    {
        _book.Add(outcome, now);
        _runTimes.Add(outcome);
    }

    /// <summary>True when the part was not known before.</summary>
    private bool Mark(ApplicationBatch batch)
    {
        var isNew = _marks.TryAdd(batch.Part, new(_unmarked ? batch.At : DateTimeOffset.UnixEpoch, 0));
        for (var i = 0; i < batch.Outcomes.Count; i++) Mark(batch.Part, batch.Outcomes[i]);
        return isNew;
    }

    private void Mark(string part, in TaskOutcome outcome)
    {
        if (outcome.Finished is { } at && (at, outcome.Number).CompareTo((_marks[part].At, _marks[part].Number)) > 0) _marks[part] = new(at, outcome.Number);
    }
}

/// <summary>A task that has ended, as a place in the order in which a pool's tasks end.</summary>
[GenerateSerializer, Immutable, Alias("Granary.EndedMark")]
public readonly record struct EndedMark([property: Id(0)] DateTimeOffset At, [property: Id(1)] long Number);
