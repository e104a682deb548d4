using Granary.Parallelism.Tests.Interleaving;

namespace Granary.Parallelism.Tests.Queues;

/// <summary>Every interleaving of small cases is one that a plain queue explains.</summary>
public sealed class QueueInterleavingTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("+1 - | +2 -", "")]
    [InlineData("+1 +2 | - -", "")]
    [InlineData("+3 | -", "+1 +2")]
    [InlineData("+3 - | - +4", "+1 +2")]
    [InlineData("+1 | +2 | -", "")]
    [InlineData("+1 | - | -", "")]
    [InlineData("+2 | +3 | -", "+1")]
    [InlineData("+1 - | +2 - | +3", "")]
    [InlineData("+1 +2 - | +3 - -", "")]
    public void A_bounded_queue_is_linearizable(string threads, string before)
    {
        Explain(QueueCases.Bounded<CheckedAtomics>(MemoryModel.Sequential, threads, before));
    }

    [Theory]
    [InlineData("+1 - | +2 -", "")]
    [InlineData("+1 +2 | - -", "")]
    [InlineData("+3 | -", "+1 +2")]
    [InlineData("+1 | +2 | -", "")]
    [InlineData("+3 - | - +4", "+1 +2")]
    public void A_bounded_queue_is_linearizable_when_stores_are_late(string threads, string before)
    {
        Explain(QueueCases.Bounded<CheckedAtomics>(MemoryModel.StoreBuffers, threads, before));
    }

    [Theory]
    [InlineData("+1 - | +2 -", "")]
    [InlineData("+1 +2 | - -", "")]
    [InlineData("+3 | -", "+1 +2")]
    [InlineData("+1 | +2 | -", "")]
    public void A_bounded_queue_is_linearizable_when_loads_are_out_of_order_too(string threads, string before)
    {
        Explain(QueueCases.Bounded<CheckedAtomics>(MemoryModel.LateLoads, threads, before));
    }

    [Theory]
    [InlineData(MemoryModel.Sequential, "+1 +2 | - -", 1)]
    [InlineData(MemoryModel.Sequential, "+1 | +2 | - -", 1)]
    [InlineData(MemoryModel.Sequential, "+1 +2 | +3 | -", 2)]
    [InlineData(MemoryModel.Sequential, "+1 +2 | +3 | - -", 2)]
    [InlineData(MemoryModel.StoreBuffers, "+1 +2 | - -", 1)]
    [InlineData(MemoryModel.StoreBuffers, "+1 | +2 | -", 1)]
    [InlineData(MemoryModel.StoreBuffers, "+1 | +2 | - -", 2)]
    [InlineData(MemoryModel.LateLoads, "+1 +2 | - -", 1)]
    [InlineData(MemoryModel.LateLoads, "+1 | +2 | -", 1)]
    public void A_segmented_queue_is_linearizable(MemoryModel memory, string threads, int segment)
    {
        Explain(QueueCases.Segmented<CheckedAtomics>(memory, threads, segment: segment));
    }

    private void Explain(Scenario scenario)
    {
        var found = Explorer.Run(scenario);
        output.WriteLine($"{found.States} states, {found.Histories} histories");
        Assert.Null(found.Failure);
        Assert.True(found.Histories > 1, "nothing was interleaved");
    }
}
