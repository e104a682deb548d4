using Granary.Cli.Run;
using Granary.Model;

namespace Granary.Cli.Tests.Run;

public sealed class DomainTests
{
    [Theory]
    [InlineData("solar", "", null, "solar")]
    [InlineData("solar", "energy", null, "energy")]
    [InlineData("solar", "energy/pv/roof", null, "energy")]
    [InlineData("solar", "energy", "power", "power")]
    [InlineData("solar", "energy", "", "energy")]
    public void The_label_goes_before_the_group_before_the_id(string id, string group, string? label, string expected) => Assert.Equal(
        expected,
        Domain.Of(new AgentSpec { Id = id, Group = group, Labels = label is null ? null : new Dictionary<string, string> { ["domain"] = label } }));
}
