using System.Text.Json;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Load;

/// <summary>
/// The short form of <c>granary load --flood</c>: the median of three rounds of two seconds, on a machine that may be busy, so that the bound is generous. With the snapshot
/// written in one turn, or without turns for large requests, the ratio is 30 and more.
/// </summary>
[Collection(Alone.Name)]
public sealed class FloodTests
{
    private const int MostTimesAlone = 25;

    [Fact]
    public async Task OneClientsFloodLeavesAnotherServed()
    {
        await using var beside = TestServer.Prepare();
        var settings = new Dictionary<string, string> { ["GRANARY__Grains__SnapshotAfterBytes"] = "2097152" };
        var result = await GranaryProgram.RunAsync(beside.Data, ["load", "--flood", "2s", "--rounds", "3", "--within", $"{MostTimesAlone}", "-o", "json"], settings, TimeSpan.FromMinutes(5));
        result.Expect(0);
        using var report = JsonDocument.Parse(result.Output);
        var durable = report.RootElement.GetProperty("forms").EnumerateArray()
            .ToDictionary(f => f.GetProperty("form").GetString()!, f => f.GetProperty("tasks_per_s").GetDouble());
        Assert.True(durable["admitted"] > 5_000, $"{durable["admitted"]} tasks a second were admitted: that is no flood");
        Assert.Equal((0, 0), (durable["alone"], durable["refused"]));
    }
}
