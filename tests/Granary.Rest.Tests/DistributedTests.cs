using System.Net;
using System.Text.Json.Nodes;

namespace Granary.Rest.Tests;

public sealed class DistributedTests
{
    private const string Path = "/resources/distributed";

    private static string Distribute(string more) => $$"""{"operation":"distribute","agent":"a",{{more}}}""";

    [Fact]
    public async Task Work_is_distributed_monitored_listed_and_cancelled()
    {
        await using var server = await RestServer.Start();
        var created = await server.Send(HttpMethod.Post, Path, Distribute("\"name\":\"hash\",\"command\":[\"sha256sum\",\"{}\"],\"inputs\":[{\"path\":\"/a\",\"size\":\"1Ki\",\"at\":\"n1\"},\"/b\"]"));
        var made = await created.Json(HttpStatusCode.Created);
        var id = (string)made["id"]!;
        Assert.Equal($"/api/work/{id}", created.Headers.Location!.ToString());
        Assert.Equal(("hash", "running", 2, 0, 2), ((string)made["name"]!, (string)made["state"]!, (int)made["partitions"]!, (int)made["done"]!, (int)made["waiting"]!));
        var work = server.Cluster.Works[id].Spec;
        Assert.Equal(["/a", "/b"], work.Stages[0].Partitions.Select(p => p.Inputs[0]));
        Assert.Equal((1024L, "n1"), (work.Stages[0].Partitions[0].Bytes, Assert.Single(work.Stages[0].Partitions[0].At!)));
        Assert.Equal(id, (string)(await server.Send(HttpMethod.Post, Path, $$"""{"operation":"monitor","id":"{{id}}"}""").Json())["id"]!);
        Assert.Equal(id, (string)(await server.Get("/api/work").Json())["items"]![0]!["id"]!);
        var partitions = (await server.Get($"/api/work/{id}/partitions?from=1&limit=5").Json())["items"]!.AsArray();
        Assert.Equal((1, "waiting", null), ((int)Assert.Single(partitions)!["partition"]!, (string)partitions[0]!["state"]!, (string?)partitions[0]!["task"]));
        var ended = await server.Send(HttpMethod.Delete, $"/api/work/{id}?reason=enough").Json();
        Assert.Equal(("cancelled", "enough"), ((string)ended["state"]!, (string)ended["reason"]!));
    }

    [Fact]
    public async Task A_pipeline_takes_what_the_stage_before_wrote()
    {
        await using var server = await RestServer.Start();
        await server.Send(HttpMethod.Post, Path, Distribute("""
            "stages":[{"name":"cut","command":"cut {}","partitions":3,"output":"/o"},{"name":"sum","command":["sum","{}"],"after":["cut"],"flow":"each"},{"name":"all","command":["all"],"partitions":1,"after":["sum"]}],
            "batch":{"goal":"2s","most":7},"stealing":{"enabled":false,"delay":"1s"},"speculation":{"enabled":true,"share":0.5,"slower_than":3,"after":"9s"},"retries":1,"on_poison":"skip","workers":4,"ahead":5
            """)).Json(HttpStatusCode.Created);
        var spec = Assert.Single(server.Cluster.Works.Values).Spec;
        Assert.Equal(["/o/cut-00000", "/o/cut-00001", "/o/cut-00002"], spec.Stages[1].Partitions.Select(p => Assert.Single(p.Inputs)));
        Assert.Equal((true, false), (spec.Stages[0].Task.Shell, spec.Stages[1].Task.Shell));
        Assert.Equal(new Model.WorkPolicy
        {
            BatchGoal = TimeSpan.FromSeconds(2),
            MostPerBatch = 7,
            Stealing = false,
            LocalityDelay = TimeSpan.FromSeconds(1),
            SpeculationShare = 0.5,
            SlowerThan = 3,
            SpeculateAfter = TimeSpan.FromSeconds(9),
            Retries = 1,
            OnPoison = Model.PoisonPolicy.Skip,
            Workers = 4,
            Ahead = 5,
        }, spec.Policy);
    }

    [Theory]
    [InlineData("{}", "operation: is missing; it can be distribute or monitor")]
    [InlineData("""{"operation":"split"}""", "operation: expected distribute or monitor, found 'split'")]
    [InlineData("""{"operation":"monitor"}""", "id: is missing")]
    [InlineData("""{"operation":"distribute","command":["x"],"partitions":2}""", "agent: is missing")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"]}""", "partitions: is missing; say how many, or give inputs")]
    [InlineData("""{"operation":"distribute","agent":"a","partitions":2}""", "command: is missing")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"partitions":0}""", "partitions: is 0; expected 1 to 50000")]
    [InlineData("""{"operation":"distribute","agent":"a","comand":["x"]}""", "unknown key 'comand'; did you mean 'command'?")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"inputs":[]}""", "inputs: are none")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"inputs":[3]}""", "an input is a path")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"inputs":[{"path":"/a","sice":1}]}""", "an input has no 'sice'")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"inputs":["/a"],"partition_by":"size"}""", "partition_size: is missing")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"inputs":["/a"],"partition_size":"1Mi"}""", "inputs[0]: has no size")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"inputs":["/a"],"split":true}""", "split: is for partition_by size")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"partition_by":"rows","partitions":2}""", "expected one of count, size, data")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"partitions":2,"batch":{"goal":"soon"}}""", "batch.goal")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"partitions":2,"output":"out"}""", "output: 'out' is not an absolute path")]
    [InlineData("""{"operation":"distribute","agent":"a","command":["x"],"stages":[{"command":["x"],"partitions":1}]}""", "stages: are given together with a command")]
    [InlineData("""{"operation":"distribute","agent":"a","stages":[{"name":"s","command":["x"],"partitions":1},{"name":"t","command":["x"],"partitions":2,"after":["s"],"flow":"each"}]}""", "stages[1].flow: is each")]
    [InlineData("""{"operation":"distribute","agent":"a","stages":[null]}""", "stages[0]: expected an object, found null")]
    [InlineData("""{"operation":"distribute","agent":"a","id":"x","command":["x"],"partitions":2}""", "id: is given by the server")]
    public async Task What_is_wrong_is_said_in_one_line(string body, string says)
    {
        await using var server = await RestServer.Start();
        Assert.Contains(says, await server.Send(HttpMethod.Post, Path, body).Problem(400), StringComparison.Ordinal);
        Assert.Empty(server.Cluster.Works);
    }

    [Theory]
    [InlineData("/api/work/nothing", 404)]
    [InlineData("/api/work/..%2f", 404)]
    [InlineData("/api/work/nothing/partitions", 404)]
    [InlineData("/api/work?from=1", 400)]
    public async Task What_is_not_there_is_said(string path, int status)
    {
        await using var server = await RestServer.Start();
        await server.Get(path).Problem(status);
    }

    [Fact]
    public async Task A_repeat_under_its_key_is_the_same_work_after_a_restart_too()
    {
        await using var server = await RestServer.Start();
        var body = Distribute("\"command\":[\"x\"],\"partitions\":2");
        var first = await server.Send(HttpMethod.Post, Path, body, ("Idempotency-Key", "k1")).Json(HttpStatusCode.Created);
        var again = await server.Send(HttpMethod.Post, Path, body, ("Idempotency-Key", "k1")).Json(HttpStatusCode.Created);
        await using var restarted = await RestServer.Start();
        var later = await restarted.Send(HttpMethod.Post, Path, body, ("Idempotency-Key", "k1")).Json(HttpStatusCode.Created);
        Assert.Equal([(string)first["id"]!, (string)first["id"]!], ((JsonNode[])[again, later]).Select(w => (string)w["id"]!));
        Assert.Single(server.Cluster.Works);
    }
}
