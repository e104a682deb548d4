using Granary.Parallelism.Tests.Queues;
using Granary.Parallelism.Tests.Stealing;

namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>What the explorer is worth: the same code, in cases that pass without them, with mistakes that are often made.</summary>
public sealed class PlantedMistakeTests(ITestOutputHelper output)
{
    [Fact]
    public void A_deque_whose_owner_has_no_fence_gives_an_item_twice()
    {
        Found(DequeCases.Of<Faulty<ForgottenFence>>(MemoryModel.StoreBuffers, "- | ! !", "+1 +2"));
        // and only late stores show it
        Assert.Null(Explorer.Run(DequeCases.Of<Faulty<ForgottenFence>>(MemoryModel.Sequential, "- | ! !", "+1 +2")).Failure);
    }

    [Fact]
    public void A_deque_that_compares_and_then_stores_gives_an_item_twice() =>
        Found(DequeCases.Of<Faulty<CompareThenStore>>(MemoryModel.Sequential, "- | !", "+1"));

    [Fact]
    public void A_deque_that_shows_an_item_before_it_is_written_is_found() =>
        Found(DequeCases.Of<Faulty<ForgottenRelease>>(MemoryModel.StoreBuffers, "+1 | !"));

    [Fact]
    public void A_bounded_queue_that_compares_and_then_stores_loses_an_item() =>
        Found(QueueCases.Bounded<Faulty<CompareThenStore>>(MemoryModel.Sequential, "+1 | +2"));

    [Fact]
    public void A_bounded_queue_that_shows_an_item_before_it_is_written_is_found() =>
        Found(QueueCases.Bounded<Faulty<ForgottenRelease>>(MemoryModel.StoreBuffers, "+1 | -"));

    [Fact]
    public void A_segmented_queue_whose_tickets_are_given_twice_is_found() =>
        Found(QueueCases.Segmented<Faulty<LoadThenStore>>(MemoryModel.Sequential, "+1 | +2", segment: 2));

    [Fact]
    public void A_segmented_queue_that_hangs_on_two_segments_is_found() =>
        Found(QueueCases.Segmented<Faulty<CompareThenStore>>(MemoryModel.Sequential, "+2 | +3", "+1"));

    [Fact]
    public void A_queue_that_does_not_look_at_the_sequence_reads_what_is_not_written() => Found(Sloppy(looksAtSequence: false, "+1 | -"));

    [Fact]
    public void A_queue_that_is_empty_for_who_has_just_filled_it_is_found() => Found(Sloppy(looksAtSequence: true, "+1 | +2 -"));

    private static Scenario Sloppy(bool looksAtSequence, string threads)
    {
        var queue = new SloppyQueue<CheckedAtomics>(2, looksAtSequence);
        return new()
        {
            Memory = MemoryModel.Sequential,
            Run = call => call.Name == "dequeue" ? (queue.TryDequeue(out var item) ? item : QueueCases.Empty) : queue.TryEnqueue(call.Argument) ? 1 : 0,
            Model = QueueCases.Model(2),
            Threads = QueueCases.Threads(threads),
            After = QueueCases.Calls("- - -"),
        };
    }

    private void Found(Scenario scenario)
    {
        var found = Explorer.Run(scenario);
        output.WriteLine(found.Failure ?? "nothing");
        Assert.NotNull(found.Failure);
    }
}
