using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>How fast agents may submit, in fleet files.</summary>
public class RateFileTests
{
    [Theory]
    [InlineData("rate: 100/s, burst: 500", 100, 500)]
    [InlineData("rate: 90/m", 1.5, 2)]
    [InlineData("rate: 3600/h, burst: 1", 1, 1)]
    [InlineData("rate: 0.5/s", 0.5, 1)]
    public void A_rate_and_its_burst_are_read(string keys, double perSecond, int burst)
    {
        var fleet = FleetFile.Parse($"agents:\n  - {{ id: bulk, {keys} }}\n", "f.yaml").OrThrow();
        Assert.Equal(new SubmitRate(perSecond, burst), Assert.Single(fleet.Agents).Terms!.Rate);
    }

    [Theory]
    [InlineData("rate: fast", "'fast' is no rate; write tasks in a time, like 100/s, 90/m or 5000/h")]
    [InlineData("rate: 100", "'100' is no rate")]
    [InlineData("rate: 0/s", "'0/s' is no rate")]
    [InlineData("rate: -1/s", "'-1/s' is no rate")]
    [InlineData("rate: 2000000/s", "'2000000/s' is no rate")]
    [InlineData("burst: 5", "'burst' needs a 'rate' beside it, like 100/s")]
    [InlineData("rate: 1/s, burst: 0", "burst")]
    [InlineData("rate: 1/s, burst: many", "burst")]
    public void What_cannot_be_is_told_with_its_line(string keys, string expected)
    {
        var result = FleetFile.Parse($"agents:\n  - {{ id: bulk, {keys} }}\n", "f.yaml");
        Assert.False(result.IsValid);
        Assert.Contains(result.Problems, p => p.Line == 2 && p.Message.Contains(expected, StringComparison.Ordinal));
    }
}
