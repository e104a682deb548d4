using Granary.Abstractions;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Tests.Output;

public sealed class CacheListingTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddHours(1);

    [Fact]
    public void Each_agents_part_is_a_row_while_its_node_tells_of_it()
    {
        var parts = CachePart.Of("n1",
            [
                Value("cpu", 0.5f), Value("cache.used/b", 10), Value("cache.entries/b", 1),
                Value("cache.used/a", 2048), Value("cache.entries/a", 3), Value("cache.hit_ratio/a", 0.5f), Value("cache.requests/a", 7),
                Value("cache.used/gone", 5, 120), Value("cache.entries/gone", 5, 120), Value("cache.used/absent", float.NaN),
            ], Now);
        Assert.Equal([new("n1", "a", 2048, 3, 0.5, 7, Now), new CachePart("n1", "b", 10, 1, null, null, Now)], parts);
    }

    [Fact]
    public async Task Without_any_there_is_a_line_that_says_how_to_use_one()
    {
        var cli = new Cli();
        cli.Cluster.Node("n1");
        cli.Cluster.Directory.NodeNames.Add("n1");
        var none = await cli.Run("cache");
        Assert.Equal(0, none.Code);
        Assert.Contains("GRANARY_CACHE", none.Out + none.Error, StringComparison.Ordinal);
        Assert.Equal(5, (await cli.Run("cache", "n2")).Code);
    }

    private static TelemetryValue Value(string metric, float value, int age = 0) => new(metric, Now.AddSeconds(-age), value, ReadingSource.Measured);
}
