using System.Net;
using Granary.Model;
using Granary.Rest.Metrics;

namespace Granary.Rest.Tests.Metrics;

public sealed class ApplicationMetricsTests
{
    private static async Task<RestServer> Server(RestOptions? options = null)
    {
        var server = await RestServer.Start(options);
        server.Cluster.DeclareNode(new NodeSpec { Name = "n1" });
        return server;
    }

    private static async Task<Dictionary<string, double>> Scrape(RestServer server) =>
        ExpositionGrammar.Read(await (await server.Get("/metrics")).Content.ReadAsStringAsync());

    [Fact]
    public async Task Times_of_a_class_are_a_histogram_whose_buckets_add_up()
    {
        await using var server = await Server();
        var samples = await Scrape(server);
        Assert.Equal(0, samples["""granary_class_run_seconds_bucket{pool="default",class="c0",le="0.001023"}"""]);
        Assert.Equal(50, samples["""granary_class_run_seconds_bucket{pool="default",class="c0",le="0.004095"}"""]);
        Assert.Equal(50, samples["""granary_class_run_seconds_bucket{pool="default",class="c0",le="1.048575"}"""]);
        Assert.Equal(100, samples["""granary_class_run_seconds_bucket{pool="default",class="c0",le="4.194303"}"""]);
        Assert.Equal(100, samples["""granary_class_run_seconds_bucket{pool="default",class="c0",le="+Inf"}"""]);
        Assert.Equal(100, samples["""granary_class_run_seconds_count{pool="default",class="c0"}"""]);
        Assert.Equal(100.1, samples["""granary_class_run_seconds_sum{pool="default",class="c0"}"""], 6);
        Assert.Equal(0.5, samples["""granary_class_cpu_efficiency_ratio{pool="default",class="c0"}"""]);
        Assert.Equal(3, samples["""granary_errors_by_node{pool="default",node="n\"1"}"""]);
    }

    [Fact]
    public async Task Classes_beyond_the_bound_are_summed_under_one_name()
    {
        await using var server = await Server(new() { MetricClasses = 2 });
        server.Cluster.Application.Classes = 5;
        var samples = await Scrape(server);
        Assert.Equal(99 - 1, samples["""granary_class_tasks_ended_total{pool="default",class="c1",state="Succeeded"}"""]);
        Assert.Equal(98 + 97 + 96 - 3, samples["""granary_class_tasks_ended_total{pool="default",class="_other",state="Succeeded"}"""]);
        Assert.Equal(98 + 97 + 96, samples["""granary_class_wait_seconds_count{pool="default",class="_other"}"""]);
        Assert.DoesNotContain(samples.Keys, k => k.Contains("\"c2\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Telemetry_of_nodes_is_shown_without_their_tasks_and_within_its_bound()
    {
        await using var server = await Server(new() { MetricNodes = 1 });
        server.Cluster.Now = DateTimeOffset.UtcNow;
        server.Cluster.DeclareNode(new NodeSpec { Name = "n2" });
        var samples = await Scrape(server);
        Assert.Equal(0.1, samples["""granary_node_cpu_ratio{node="n1"}"""], 6);
        Assert.Equal(1, samples["granary_node_telemetry_left_out"]);
        Assert.DoesNotContain(samples.Keys, k => k.Contains("task_cpu", StringComparison.Ordinal) || k.Contains("\"n2\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cpu", "ratio", false, "granary_node_cpu_ratio")]
    [InlineData("disk.read", "bytes/s", false, "granary_node_disk_read_bytes_per_second")]
    [InlineData("disk.read", "bytes/s", true, "granary_node_disk_read_device_bytes_per_second")]
    [InlineData("disk.read_latency", "s", true, "granary_node_disk_read_latency_seconds")]
    [InlineData("connections.tcp", "", false, "granary_node_connections_tcp")]
    public void A_metric_has_the_name_of_its_family(string metric, string unit, bool ofDevice, string family) => Assert.Equal(family, NodeMetrics.Family(metric, unit, ofDevice));

    [Fact]
    public async Task A_pools_metrics_are_answered_as_json_and_over_time()
    {
        await using var server = await Server();
        var json = await server.Get("/api/pools/default/metrics?errors=5").Json();
        Assert.Equal(("default", "c0", 100, 99), ((string)json["pool"]!, (string)json["classes"]![0]!["class"]!, (int)json["classes"]![0]!["ended"]!, (int)json["classes"]![0]!["succeeded"]!));
        Assert.Equal((0.002, 2.0), ((double)json["classes"]![0]!["run_s"]!["p50"]!, (double)json["classes"]![0]!["run_s"]!["p95"]!));
        Assert.Equal("exit code 3", (string)json["errors"]!["reasons"]![0]!["key"]!);
        Assert.Equal("c0", (string)(await server.Get("/api/metrics").Json())["applications"]![0]!["classes"]![0]!["class"]!);
        Assert.Equal(2, (await server.Get("/api/pools/default/telemetry?metric=queued&step=10s").Json())["points"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("/api/pools/default/metrics?errors=65", HttpStatusCode.BadRequest)]
    [InlineData("/api/pools/default/metrics?erors=5", HttpStatusCode.BadRequest)]
    [InlineData("/api/pools/nowhere/metrics", HttpStatusCode.NotFound)]
    [InlineData("/api/pools/default/telemetry", HttpStatusCode.BadRequest)]
    [InlineData("/api/pools/default/telemetry?metric=qeued", HttpStatusCode.NotFound)]
    [InlineData("/api/pools/nowhere/telemetry?metric=queued", HttpStatusCode.NotFound)]
    public async Task What_is_wrong_is_said(string path, HttpStatusCode status)
    {
        await using var server = await Server();
        using var reply = await server.Get(path);
        Assert.Equal(status, reply.StatusCode);
    }
}
