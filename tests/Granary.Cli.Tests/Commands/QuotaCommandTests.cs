using System.Text.Json;
using Granary.Model;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>quota</c> and <c>group set</c>.</summary>
public sealed class QuotaCommandTests
{
    private static Cli Lab()
    {
        var cli = new Cli();
        cli.Cluster.Pool("default").Groups.Add(new GroupShare
        {
            Pool = "default",
            Spec = new GroupSpec { Path = "lab", Guarantee = new ResourceSet { CpuMilli = 2000 } },
            Weight = 3,
            Used = new ResourceSet { CpuMilli = 3000 },
            DominantShare = 0.3,
            FairShare = 0.5,
            Borrowed = 0.1,
            Agents = 2,
            Queued = 4,
            Running = 3,
        });
        return cli;
    }

    [Fact]
    public async Task Quota_says_who_is_over_and_borrowing()
    {
        Assert.Equal(
            [
                "NAME   POOL      STANDING    USED    SHARE   OWED   GUARANTEE   LIMIT   WEIGHT   QUEUED   RUNNING",
                "lab/   default   borrowing   cpu=3   30%     50%    cpu=2       -       3        4        3",
            ],
            (await Lab().Run("quota")).Lines);
    }

    [Fact]
    public async Task Quota_is_an_array_in_json()
    {
        using var json = JsonDocument.Parse((await Lab().Run("quota", "--pool", "default", "-o", "json")).Out);
        var row = json.RootElement[0];
        Assert.Equal(("group", "lab", 0.5, 3.0, "borrowing"), (row.GetProperty("kind").GetString(), row.GetProperty("name").GetString(),
            row.GetProperty("owed").GetDouble(), row.GetProperty("effective_weight").GetDouble(), row.GetProperty("standing")[0].GetString()));
    }

    [Fact]
    public async Task Group_set_changes_only_what_is_written()
    {
        var cli = Lab();
        Assert.Equal(0, (await cli.Run("group", "set", "lab/one", "--weight", "2", "--limit", "cpu=8")).Code);
        Assert.Equal(0, (await cli.Run("group", "set", "lab/one", "--guarantee", "cpu=1")).Code);
        var group = cli.Cluster.Directory.GroupSpecs["lab/one"];
        Assert.Equal((2, "cpu=1", "cpu=8"), (group.Weight, group.Guarantee.ToString(), group.Limit.ToString()));
    }

    [Theory]
    [InlineData("a//b", "0", "granary: 'a//b' is no group; write up to 8 names with '/' between")]
    [InlineData("lab", "-1", "--weight is '-1'; it must be 0, for the sum of its members' weights, or up to 1000000")]
    public async Task A_group_that_cannot_be_is_refused(string path, string weight, string error)
    {
        var result = await Lab().Run("group", "set", path, "--weight", weight);
        Assert.Equal(2, result.Code);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
    }
}
