using Granary.Parallelism.Tests.Interleaving;

namespace Granary.Parallelism.Tests.Stealing;

/// <summary>Every interleaving of small cases is one that a plain deque explains: nothing is taken twice, nothing is lost.</summary>
public sealed class DequeInterleavingTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(MemoryModel.Sequential, "-  | ! | !", "+1 +2", 2)]
    [InlineData(MemoryModel.Sequential, "+1 - | ! !", "", 2)]
    [InlineData(MemoryModel.Sequential, "+1 +2 - - | ! !", "", 2)]
    [InlineData(MemoryModel.Sequential, "+3 - - | ! | !", "+1 +2", 2)] // grows
    [InlineData(MemoryModel.Sequential, "+2 +3 - | ! !", "+1", 1)] // grows twice
    [InlineData(MemoryModel.Sequential, "- +2 - | ! | !", "+1", 2)]
    [InlineData(MemoryModel.StoreBuffers, "- | !", "+1", 2)]
    [InlineData(MemoryModel.StoreBuffers, "- - | !", "+1 +2", 2)]
    [InlineData(MemoryModel.StoreBuffers, "- | ! !", "+1 +2", 2)]
    [InlineData(MemoryModel.StoreBuffers, "- - | ! !", "+1 +2 +3", 4)]
    [InlineData(MemoryModel.StoreBuffers, "- | ! | !", "+1 +2", 2)]
    [InlineData(MemoryModel.StoreBuffers, "+1 - +2 | ! !", "", 2)]
    [InlineData(MemoryModel.StoreBuffers, "+3 - - | ! !", "+1 +2", 2)]
    [InlineData(MemoryModel.StoreBuffers, "+2 +3 - | !", "+1", 1)]
    [InlineData(MemoryModel.LateLoads, "- | !", "+1", 2)]
    [InlineData(MemoryModel.LateLoads, "- | ! !", "+1 +2", 2)]
    [InlineData(MemoryModel.LateLoads, "+1 - | ! !", "", 2)]
    [InlineData(MemoryModel.LateLoads, "+2 - | ! !", "+1", 1)] // grows
    public void The_deque_is_linearizable(MemoryModel memory, string threads, string before, int capacity)
    {
        var found = Explorer.Run(DequeCases.Of<CheckedAtomics>(memory, threads, before, capacity));
        output.WriteLine($"{found.States} states, {found.Histories} histories");
        Assert.Null(found.Failure);
        Assert.True(found.Histories > 1, "nothing was interleaved");
    }
}
