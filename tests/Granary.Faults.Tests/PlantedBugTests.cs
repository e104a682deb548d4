namespace Granary.Faults.Tests;

/// <summary>The checks find what they are there to find.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int MostSeeds = 400;

    [Theory]
    [InlineData(PlantedBug.SkipFence, "outcome")]
    [InlineData(PlantedBug.AcknowledgeBeforeCommit, "lost")]
    [InlineData(PlantedBug.ForgetLease, "twice")]
    [InlineData(PlantedBug.ReuseToken, "token")]
    [InlineData(PlantedBug.DropRetry, "end")]
    public void It_is_found(PlantedBug bug, string by)
    {
        for (var seed = 1; seed <= MostSeeds; seed++)
        {
            if (World.Run(new RunOptions { Seed = seed, Bug = bug }).Violations.FirstOrDefault(v => v.StartsWith(by, StringComparison.Ordinal)) is not { } violation) continue;
            output.WriteLine($"{bug} is found by seed {seed}: {violation}");
            return;
        }
        Assert.Fail($"{bug} was not found by {MostSeeds} seeds");
    }
}
