using Granary.Cli.Run;
using Granary.Client;

namespace Granary.Cli.Tests.Repository;

public sealed class SampleTests
{
    public static TheoryData<string> Samples => [.. Directory.GetFiles(RepositoryRoot.At("samples"), "*.yaml").Select(p => Path.GetFileName(p))];

    private static FleetSpec Load(string name) => FleetFile.Load(RepositoryRoot.At("samples", name)).OrThrow();

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_sample_is_valid(string name) => Assert.NotEmpty(Load(name).Tasks);

    [Fact]
    public void The_fleet_is_what_it_says_it_is()
    {
        var fleet = Load("fleet.yaml");
        Assert.Equal(131, fleet.Agents.Count);
        Assert.Equal(["energy", "physics", "literature", "safety"], fleet.Agents.Select(Domain.Of).Distinct());
        Assert.Equal(400, fleet.Tasks.Sum(t => t.Count));
        Assert.Equal(fleet.Agents.Select(a => a.Id).Order(), fleet.Tasks.Select(t => t.Spec.Agent).Distinct().Order());
        Assert.Contains(fleet.Tasks, t => t.After.Count > 0);
        Assert.Contains(fleet.Tasks, t => t.Spec.Retries > 0 && t.Spec.Command[0].Contains("GRANARY_ATTEMPT", StringComparison.Ordinal));
        Assert.Contains(fleet.Tasks, t => t.Spec.MayFail && t.Spec.Command[0].Contains("/dev/zero", StringComparison.Ordinal));
        // Guarantees must fit even a small machine, or nobody's could be kept.
        Assert.InRange(fleet.Agents.Sum(a => a.Guarantee.CpuMilli), 1, 1000);
    }

    [Fact]
    public void No_sample_asks_for_more_than_a_small_machine_has() => Assert.All(
        Samples.SelectMany(s => Load(s.Data).Tasks),
        t => Assert.True(t.Spec.Resources.CpuMilli <= 1000 && t.Spec.Resources.MemoryMiB <= 128, t.Spec.Name));
}
