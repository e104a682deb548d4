using System.Diagnostics;
using Granary.Model;
using Granary.Rest.Metrics;

namespace Granary.Rest.Tests.Metrics;

public sealed class MetricsTests
{
    [Fact]
    public async Task Figures_come_in_base_units_under_the_exposition_format()
    {
        await using var server = await Filled();
        await server.Get("/api/tasks/1").Json();
        await server.Get("/api/tasks/99").Problem(404);
        var samples = await Scrape(server);
        Assert.Equal(2, samples["""granary_tasks{pool="default",state="Queued"}"""]);
        Assert.Equal(1, samples["""granary_tasks{pool="default",state="Running"}"""]);
        Assert.Equal(0, samples["""granary_tasks{pool="default",state="Placed"}"""]);
        Assert.Equal(1, samples["""granary_tasks_ended_total{pool="default",state="Succeeded"}"""]);
        Assert.Equal(2, samples["""granary_tasks_waiting{pool="default",reason="Capacity"}"""]);
        Assert.Equal(0, samples["""granary_tasks_waiting{pool="default",reason="Share"}"""]);
        Assert.Equal(4, samples["""granary_pool_capacity{pool="default",resource="cpu",unit="core"}"""]);
        Assert.Equal(4096.0 * 1024 * 1024, samples["""granary_pool_capacity{pool="default",resource="memory",unit="byte"}"""]);
        Assert.Equal(0.5, samples["""granary_pool_used{pool="default",resource="cpu",unit="core"}"""]);
        Assert.Equal(0, samples["""granary_pool_used{pool="default",resource="memory",unit="byte"}"""]);
        Assert.Equal(42, samples["""granary_scheduler_decisions_total{pool="default"}"""]);
        Assert.Equal(1, samples["""granary_nodes{pool="default",state="Ready"}"""]);
        Assert.Equal(0, samples["""granary_nodes{pool="default",state="Lost"}"""]);
        Assert.Equal(1, samples["""granary_http_requests_total{route="/api/tasks/{id}",method="GET",code="200"}"""]);
        Assert.Equal(1, samples["""granary_http_requests_total{route="/api/tasks/{id}",method="GET",code="404"}"""]);
        Assert.Equal(2, samples["""granary_http_request_duration_seconds_bucket{route="/api/tasks/{id}",le="+Inf"}"""]);
        Assert.Equal(2, samples["""granary_http_request_duration_seconds_count{route="/api/tasks/{id}"}"""]);
        Assert.True(samples["process_resident_memory_bytes"] > 1024 * 1024);
        Assert.True(samples["process_start_time_seconds"] > 1_600_000_000);
    }

    [Fact]
    public async Task Agents_beyond_the_bound_are_summed()
    {
        await using var server = await Filled(new() { MetricAgents = 2, SnapshotMaxAge = TimeSpan.Zero });
        for (var i = 1; i <= 5; i++)
            server.Cluster.Pools["default"].AgentShares.Add(new() { Agent = $"a{i}", Pool = "default", Spec = new() { Id = $"a{i}" }, DominantShare = 0.125 * i, Queued = i });
        var samples = await Scrape(server);
        Assert.Equal(0.125, samples["""granary_agent_dominant_share_ratio{agent="a1",pool="default"}"""]);
        Assert.Equal(0.25, samples["""granary_agent_dominant_share_ratio{agent="a2",pool="default"}"""]);
        Assert.Equal(1.5, samples["""granary_agent_dominant_share_ratio{agent="_other",pool="default"}"""]);
        Assert.Equal(12, samples["""granary_agent_tasks_queued{agent="_other",pool="default"}"""]);
        Assert.DoesNotContain(samples.Keys, name => name.Contains("\"a3\""));
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_left_out_and_counted()
    {
        await using var server = await Filled(new() { SnapshotMaxAge = TimeSpan.Zero, SnapshotTimeout = TimeSpan.FromMilliseconds(50) });
        server.Cluster.DeclareNode(new() { Name = "hung" }).Gate = new TaskCompletionSource().Task;
        var samples = await Scrape(server);
        Assert.Equal(1, samples["granary_snapshot_unanswered"]);
        Assert.Equal(1, samples["""granary_nodes{pool="default",state="Ready"}"""]);
        var json = await server.Get("/api/metrics").Json();
        Assert.Equal("node hung", (string)json["unanswered"]![0]!);
        Assert.Equal("default", (string)json["pools"]![0]!["name"]!);
    }

    [Fact]
    public async Task Unknown_paths_and_methods_make_no_new_series()
    {
        await using var server = await Filled();
        for (var i = 0; i < 20; i++) await server.Send(new($"ODD{i}"), $"/odd/{i}");
        var samples = await Scrape(server);
        var odd = Assert.Single(samples, s => s.Key.StartsWith("granary_http_requests_total", StringComparison.Ordinal) && s.Key.Contains("code=\"404\""));
        Assert.Equal("""granary_http_requests_total{route="_none",method="_other",code="404"}""", odd.Key);
        Assert.Equal(20, odd.Value);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\"b", "a\\\"b")]
    [InlineData("a\\b", "a\\\\b")]
    [InlineData("a\nb", "a\\nb")]
    public void Labels_are_escaped(string label, string written)
    {
        var text = new PrometheusText().Family("m", "gauge", "a \\ help\nof two lines").Sample("m", 1, ("l", label)).ToString();
        Assert.Equal($"# HELP m a \\\\ help\\nof two lines\n# TYPE m gauge\nm{{l=\"{written}\"}} 1\n", text);
        ExpositionGrammar.Read(text);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e21, "1E+21")]
    public void Numbers_are_as_Go_reads_them(double value, string written) => Assert.Equal(written, PrometheusText.Number(value));

    [Fact]
    public async Task Promtool_finds_nothing_wrong()
    {
        var promtool = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(promtool is not null, "promtool is not on the PATH");
        await using var server = await Filled();
        var text = await server.Client.GetStringAsync("/metrics");
        using var process = Process.Start(new ProcessStartInfo(promtool!, "check metrics") { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        var said = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
    }

    private static async Task<Dictionary<string, double>> Scrape(RestServer server)
    {
        var reply = await server.Get("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", reply.Content.Headers.ContentType?.ToString());
        return ExpositionGrammar.Read(await reply.Content.ReadAsStringAsync());
    }

    private static async Task<RestServer> Filled(RestOptions? options = null)
    {
        var server = await RestServer.Start(options);
        server.Cluster.DeclareNode(new() { Name = "n1" });
        var tasks = server.Cluster.Pools["default"].Tasks;
        foreach (var state in new[] { TaskState.Queued, TaskState.Queued, TaskState.Running, TaskState.Succeeded })
            tasks.Add(new() { Id = new("default", tasks.Count + 1), Spec = new() { Agent = "a" }, State = state, WaitReason = state == TaskState.Queued ? WaitReason.Capacity : WaitReason.None });
        return server;
    }
}
