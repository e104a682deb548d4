using Granary.Parallelism.Atomics;
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

    [Fact]
    public void Two_who_raise_a_flag_and_look_at_the_others_without_a_fence_may_both_see_none()
    {
        Found(Flags<Faulty<ForgottenFence>>(MemoryModel.StoreBuffers));
        Assert.Null(Explorer.Run(Flags<Faulty<ForgottenFence>>(MemoryModel.Sequential)).Failure);
        foreach (var memory in Enum.GetValues<MemoryModel>()) Assert.Null(Explorer.Run(Flags<CheckedAtomics>(memory)).Failure);
    }

    [Fact]
    public void A_segmented_queue_whose_reader_forgets_to_acquire_reads_an_item_before_it_is_there() =>
        Late(memory => QueueCases.Segmented<Faulty<ForgottenAcquire>>(memory, "+1 | -"));

    [Fact]
    public void A_deque_whose_thief_forgets_to_acquire_steals_an_item_before_it_is_there() =>
        Late(memory => DequeCases.Of<Faulty<ForgottenAcquire>>(memory, "+1 | !"));

    /// <summary>Only loads out of order show it: with late stores alone the same case passes.</summary>
    private void Late(Func<MemoryModel, Scenario> scenario)
    {
        Assert.Null(Explorer.Run(scenario(MemoryModel.StoreBuffers)).Failure);
        Found(scenario(MemoryModel.LateLoads));
    }

    private static Scenario Flags<TAtomics>(MemoryModel memory)
        where TAtomics : struct, IAtomics
    {
        var flags = new long[2];
        return new()
        {
            Memory = memory,
            Run = call =>
            {
                var (mine, other) = ((int)call.Argument, 1 - (int)call.Argument);
                if (call.Name == "raise")
                {
                    TAtomics.Store(flags, mine, ref flags[mine], 1);
                    return 1;
                }
                TAtomics.Fence();
                return TAtomics.Load(flags, other, ref flags[other]);
            },
            Model = (raised, call) =>
            {
                if (call.Name != "raise") return raised.Contains(1 - call.Argument) ? 1 : 0;
                raised.Add(call.Argument);
                return 1;
            },
            Threads = [[new("raise", 0), new("look", 0)], [new("raise", 1), new("look", 1)]],
        };
    }

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
