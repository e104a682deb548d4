using System.Text.Json;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Metrics;

public sealed class MetricsTests
{
    private static async Task<JsonElement> Until(TestServer server, Func<JsonElement, bool> enough, params string[] arguments)
    {
        JsonElement last = default;
        await Support.Until.TrueAsync(async () => enough(last = await server.JsonAsync(arguments)), () => $"never was it so, but: {last}");
        return last;
    }

    [Fact]
    public async Task What_became_of_tasks_is_told_by_class_and_survives_a_restart()
    {
        await using var server = await TestServer.StartAsync();
        (await server.RunAsync("submit", "--agent", "a", "--name", "good", "--count", "3", "--wait", "--", "sh", "-c", "sleep 0.05")).Expect(0);
        (await server.RunAsync("submit", "--agent", "b", "--name", "bad", "--retries", "1", "--wait", "--", "sh", "-c", "exit 3")).Expect(1);
        var pools = await Until(server, p => p[0].GetProperty("errors").GetProperty("total").GetInt64() == 2 && p[0].GetProperty("classes").GetArrayLength() == 2, "metrics");
        Check(pools[0]);
        var good = pools[0].GetProperty("classes").EnumerateArray().Single(c => c.GetProperty("class").GetString() == "good");
        Assert.Equal((3, 3, 1.0), (good.GetProperty("ended").GetInt32(), good.GetProperty("succeeded").GetInt32(), good.GetProperty("goodput").GetDouble()));
        Assert.InRange(good.GetProperty("run_s").GetProperty("p50").GetDouble(), 0.05, 20);

        var table = (await server.RunAsync("metrics", "--errors")).Expect(0);
        Assert.Contains("exit code 3", table.Output, StringComparison.Ordinal);
        Assert.Contains("good", (await server.RunAsync("metrics")).Expect(0).Output, StringComparison.Ordinal);
        var series = await server.JsonAsync("metrics", "default", "--metric", "queued", "--from", "-5m");
        Assert.Equal(("default", "queued"), (series.GetProperty("node").GetString(), series.GetProperty("metric").GetString()));
        (await server.RunAsync("metrics", "--metric", "qeued")).ExpectError(5, "did you mean 'queued'");
        (await server.RunAsync("metrics", "nowhere")).ExpectError(5, "nowhere");
        (await server.RunAsync("metrics", "--from", "-1h")).ExpectError(2, "--metric");

        (await server.TerminateAsync()).Expect(0);
        await server.UpAsync();
        Check((await Until(server, p => p[0].GetProperty("classes").GetArrayLength() > 0, "metrics"))[0]);
    }

    private static void Check(JsonElement pool)
    {
        var pattern = pool.GetProperty("errors").GetProperty("patterns")[0];
        Assert.Equal(("exit code 3", "b", 2), (pattern.GetProperty("reason").GetString(), pattern.GetProperty("agent").GetString(), pattern.GetProperty("count").GetInt32()));
        var bad = pool.GetProperty("classes").EnumerateArray().Single(c => c.GetProperty("class").GetString() == "bad");
        Assert.Equal((1, 2, 1, 0.0), (bad.GetProperty("failed").GetInt32(), bad.GetProperty("attempts").GetInt32(), bad.GetProperty("retried").GetInt32(), bad.GetProperty("goodput").GetDouble()));
    }
}
