using System.Net;
using Granary.Model;

namespace Granary.Rest.Tests.Tasks;

public sealed class SubmitTests
{
    [Fact]
    public async Task One_task_carries_every_field_of_a_fleet_file()
    {
        await using var server = await RestServer.Start();
        var reply = await server.Post("""
            {"agent":"literature","name":"index","command":["sh","-c","true"],"whole_cores":true,"never_preempted":true,"checkpoint_every":"5m","gang":false,"isolation":{"cpu_quota":"200m","processes":64,"huge_pages":false,"limits":{"nofile":32}},"workdir":"/srv","env":{"LANG":"C"},
             "resources":{"cpu":"500m","memory":"64Mi","gpu":1,"licence":2},"priority":5,"deadline":"60s","duration":2.5,"time_limit":"5m",
             "count":3,"retries":2,"backoff":"2s","labels":{"step":"one"},"on_loss":"report","kill_grace":"1s","output_limit":"1Mi","may_fail":true,
             "after":["7","default/8",9]}
            """);
        var json = await reply.Json(HttpStatusCode.Created);
        Assert.Equal(["default/1", "default/2", "default/3"], json["ids"]!.AsArray().Select(id => (string)id!));
        Assert.Equal("agent was created with weight 1", (string)json["notes"]![0]!);
        Assert.Equal("/api/tasks?pool=default", reply.Headers.Location?.ToString());
        var item = Assert.Single(Assert.Single(server.Cluster.Pools["default"].Batches).Items);
        Assert.Equal(3, item.Count);
        Assert.Equal([new("default", 7), new("default", 8), new("default", 9)], item.After!);
        var spec = item.Spec;
        Assert.Equal(["sh", "-c", "true"], spec.Command);
        Assert.Equal(("literature", "index", "/srv", false, true), (spec.Agent, spec.Name, spec.WorkingDirectory, spec.Shell, spec.MayFail));
        Assert.Equal(new ResourceSet { CpuMilli = 500, MemoryMiB = 64, GpuMilli = 1000, Custom = new Dictionary<string, long> { ["licence"] = 2000 } }, spec.Resources);
        Assert.Equal((5, 2, LossPolicy.Report, 1024 * 1024), (spec.Priority, spec.Retries, spec.OnLoss, spec.OutputLimitBytes));
        Assert.Equal([60, 2.5, 300, 2, 1],
            [spec.Deadline!.Value.TotalSeconds, spec.Duration!.Value.TotalSeconds, spec.TimeLimit!.Value.TotalSeconds, spec.RetryBackoff.TotalSeconds, spec.KillGrace.TotalSeconds]);
        Assert.Equal(new TaskTerms { WholeCores = true, NeverPreempted = true, CheckpointEvery = TimeSpan.FromMinutes(5), Isolation = new() { CpuQuotaMilli = 200, Processes = 64, HugePages = false, Limits = new Dictionary<string, long> { ["nofile"] = 32 } } }, spec.Terms);
        Assert.Equal(("C", "one"), (spec.Environment!["LANG"], spec.Labels!["step"]));
    }

    [Fact]
    public async Task What_is_not_given_takes_its_default_and_a_line_goes_to_the_shell()
    {
        await using var server = await RestServer.Start();
        var reply = await server.Post("""{"agent":"a","command":"echo hello | wc -c","name":null}""");
        await reply.Json(HttpStatusCode.Created);
        Assert.Equal("/api/tasks/default/1", reply.Headers.Location?.ToString());
        var spec = server.Cluster.Pools["default"].Batches[0].Items[0].Spec;
        Assert.True(spec.Shell);
        Assert.Equal(["echo hello | wc -c"], spec.Command);
        var defaults = new TaskSpec { Agent = "a" };
        Assert.Equal(defaults with { Command = spec.Command, Shell = true }, spec);
    }

    [Fact]
    public async Task Items_go_to_one_pool_in_order_and_wait_for_earlier_ones_by_name()
    {
        await using var server = await RestServer.Start();
        server.Cluster.Declare("gpu");
        var json = await server.Post("""
            {"pool":"gpu","items":[
              {"agent":"a","name":"prepare","command":["true"],"count":2},
              {"agent":"a","name":"other","handler":"noop"},
              {"agent":"a","command":["true"],"after":["prepare","4"]},
              {"agent":"a","command":["true"],"after":"other","pool":"gpu"}]}
            """).Json(HttpStatusCode.Created);
        Assert.Equal(("gpu", 1, 5), ((string)json["pool"]!, (int)json["first"]!, (int)json["count"]!));
        var items = server.Cluster.Pools["gpu"].Batches.Single().Items;
        Assert.Equal([0], items[2].AfterItems!);
        Assert.Equal([new("gpu", 4)], items[2].After!);
        Assert.Equal([1], items[3].AfterItems!);
    }

    public static TheoryData<string, string> BadBodies => new()
    {
        { "", "the body is empty" },
        { "{\n  \"agent\": \"a\",\n  oops", "not JSON at line 3, column 3" },
        { """{"agent":"a","command":["true"]""", "not JSON at line 1, column 32" },
        { """{"agent":"a","agent":"b"}""", "agent" },
        { "[]", "send one task, or {\"items\": [...]}" },
        { "7", "the body: expected an object, found 7" },
        { "null", "the body: expected an object, found null" },
        { "{}", "agent: is missing" },
        { """{"agent":"a b","command":["true"]}""", "agent: 'a b' is no name" },
        { """{"agent":"a"}""", "command: is missing" },
        { """{"agent":"a","command":[]}""", "command: is missing" },
        { """{"agent":"a","command":[""]}""", "the first names a program" },
        { """{"agent":"a","command":["x\u0000y"]}""", "without NUL" },
        { """{"agent":"a","command":["true",{}]}""", "command: expected a list of text" },
        { """{"agent":"a","command":["true"],"handler":"noop"}""", "keep one" },
        { """{"agent":"a","comand":["true"]}""", "unknown key 'comand'; did you mean 'command'?" },
        { """{"agent":"a","command":["true"],"zzz":1}""", "unknown key 'zzz'; known are agent, pool" },
        { """{"agent":7,"command":["true"]}""", "agent: expected text, found 7" },
        { """{"agent":"a","command":["true"],"priority":"high"}""", "priority: expected a whole number" },
        { """{"agent":"a","command":["true"],"priority":1.5}""", "priority: expected a whole number" },
        { """{"agent":"a","command":["true"],"priority":1001}""", "priority: is 1001; expected -1000 to 1000" },
        { """{"agent":"a","command":["true"],"count":0}""", "count: is 0; expected 1 to 1000000" },
        { """{"agent":"a","command":["true"],"count":1000001}""", "count: is 1000001" },
        { """{"agent":"a","command":["true"],"retries":-1}""", "retries: is -1" },
        { """{"agent":"a","command":["true"],"may_fail":"yes"}""", "may_fail: expected true or false, found the text \"yes\"" },
        { """{"agent":"a","command":["true"],"deadline":"soon"}""", "deadline: 'soon' is not a duration" },
        { """{"agent":"a","command":["true"],"deadline":-1}""", "deadline: seconds must be" },
        { """{"agent":"a","command":["true"],"deadline":"0s"}""", "deadline: is nothing" },
        { """{"agent":"a","command":["true"],"deadline":"1s","duration":"2s"}""", "longer than the deadline" },
        { """{"agent":"a","command":["true"],"resources":{"cpu":"-1"}}""", "resources: cpu '-1' is negative" },
        { """{"agent":"a","command":["true"],"resources":{"memory":"1e400"}}""", "is not a quantity for memory" },
        { """{"agent":"a","command":["true"],"resources":{"memory":"999999Pi"}}""", "larger than" },
        { """{"agent":"a","command":["true"],"resources":{"memry":"1Gi"}}""", "unknown resource 'memry'; did you mean 'memory'?" },
        { """{"agent":"a","command":["true"],"resources":{"custom":{"cpu":1}}}""", "'cpu' is a built-in resource" },
        { """{"agent":"a","command":["true"],"resources":"lots"}""", "resources are an object" },
        { """{"agent":"a","command":["true"],"on_loss":"panic"}""", "on_loss: expected one of retry, report" },
        { """{"agent":"a","command":["true"],"labels":{"k":7}}""", "labels.k: expected text, found 7" },
        { """{"agent":"a","command":["true"],"env":{"A=B":"x"}}""", "env: 'A=B' cannot be a variable" },
        { """{"agent":"a","command":["true"],"workdir":"here"}""", "workdir: 'here' is not an absolute path" },
        { """{"agent":"a","command":["true"],"output_limit":"lots"}""", "output_limit" },
        { """{"agent":"a","command":["true"],"after":["nobody"]}""", "after: 'nobody' is neither an id nor the name of an earlier item" },
        { """{"agent":"a","command":["true"],"after":["gpu/3"]}""", "gpu/3 is in another pool" },
        { """{"agent":"a","command":["true"],"pool":"no/where"}""", "is no name of a pool" },
        { """{"items":[]}""", "items: is empty" },
        { """{"items":{}}""", "items: expected a list, found an object" },
        { """{"items":[null]}""", "items[0]: expected an object, found null" },
        { """{"items":[{"agent":"a","command":["true"]},{"agent":"a"}]}""", "items[1].command: is missing" },
        { """{"items":[{"agent":"a","command":["true"]},{"agent":"a","command":["true"],"retrys":1}]}""", "items[1]: unknown key 'retrys'; did you mean 'retries'?" },
        { """{"items":[{"agent":"a","command":["true"]},{"agent":"a","command":["true"],"pool":"gpu"}]}""", "items[1].pool: is 'gpu', but this call is for 'default'" },
        { """{"items":[{"agent":"a","command":["true"],"after":["late"]},{"agent":"a","name":"late","command":["true"]}]}""", "put what comes first before it" },
        { """{"items":[{"agent":"a","command":["true"]}],"item":1}""", "unknown key 'item'; did you mean 'items'?" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Bad_body_is_refused_with_what_and_where(string body, string expected)
    {
        await using var server = await RestServer.Start();
        Assert.Contains(expected, await server.Post(body).Problem(400));
        Assert.Empty(server.Cluster.Pools["default"].Batches);
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        await using var server = await RestServer.Start();
        var body = new string('[', 100_000);
        Assert.Contains("not JSON", await server.Post(body).Problem(400));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_over_the_limit_is_refused(bool chunked)
    {
        await using var server = await RestServer.Start(new() { BodyLimitBytes = 1000 }, socket: true);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/tasks");
        request.Content = new StringContent($$"""{"agent":"a","command":["{{new string('x', 2000)}}"]}""", System.Text.Encoding.UTF8, "application/json");
        request.Headers.TransferEncodingChunked = chunked;
        Assert.Contains("larger than 1000 bytes", await server.Client.SendAsync(request).Problem(413));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Other_content_types_are_refused(string type)
    {
        await using var server = await RestServer.Start();
        var content = new StringContent("{}", System.Text.Encoding.UTF8, type);
        Assert.Contains("application/json", await server.Client.PostAsync("/api/tasks", content).Problem(415));
    }

    [Fact]
    public async Task A_repeat_gets_the_first_reply_and_the_key_is_the_operation_id()
    {
        await using var server = await RestServer.Start();
        const string Body = """{"agent":"a","command":["true"]}""";
        var first = await server.Post(Body, ("Idempotency-Key", "k-1"));
        var second = await server.Post(Body, ("Idempotency-Key", "k-1"));
        Assert.Equal((await first.Json(HttpStatusCode.Created)).ToJsonString(), (await second.Json(HttpStatusCode.Created)).ToJsonString());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", second.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal("k-1", Assert.Single(server.Cluster.Pools["default"].Batches).OperationId);
        Assert.Contains("used for another request", await server.Post("""{"agent":"b","command":["true"]}""", ("Idempotency-Key", "k-1")).Problem(422));
    }

    [Fact]
    public async Task A_repeat_while_the_first_is_under_way_waits_for_it()
    {
        await using var server = await RestServer.Start();
        var pool = server.Cluster.Pools["default"];
        var gate = new TaskCompletionSource();
        pool.Gate = gate.Task;
        var calls = Enumerable.Range(0, 8).Select(_ => server.Post("""{"agent":"a","command":["true"]}""", ("Idempotency-Key", "same"))).ToArray();
        gate.SetResult();
        var ids = await Task.WhenAll(calls.Select(async call => (await call.Json(HttpStatusCode.Created))["ids"]!.ToJsonString()));
        Assert.Equal(["""["default/1"]"""], ids.Distinct());
        Assert.Single(pool.Batches);
    }

    [Fact]
    public async Task Without_a_key_each_call_is_its_own()
    {
        await using var server = await RestServer.Start();
        await server.Post("""{"agent":"a","command":["true"]}""").Json(HttpStatusCode.Created);
        await server.Post("""{"agent":"a","command":["true"]}""").Json(HttpStatusCode.Created);
        Assert.Equal(2, server.Cluster.Pools["default"].Batches.Select(b => b.OperationId).Distinct().Count());
    }

    [Theory]
    [InlineData("has space")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task A_key_that_is_no_key_is_refused(string key)
    {
        await using var server = await RestServer.Start();
        Assert.Contains("Idempotency-Key", await server.Post("""{"agent":"a","command":["true"]}""", ("Idempotency-Key", key)).Problem(400));
    }

    [Fact]
    public async Task A_submission_that_can_keep_no_deadline_is_refused_with_the_earliest_finish()
    {
        await using var server = await RestServer.Start();
        server.Cluster.Pools["default"].RejectDeadlines = new(0, "the pool is promised to others until then", server.Cluster.Now.AddMinutes(5));
        var reply = await server.Post("""{"agent":"a","command":["true"],"deadline":"1s"}""");
        var json = await reply.Json(HttpStatusCode.Conflict);
        Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
        Assert.Contains("default/1 is rejected: the pool is promised to others until then; the earliest finish that could be promised is 2026-01-31T12:05:00Z", (string)json["detail"]!);
        Assert.Equal("2026-01-31T12:05:00.000Z", (string)json["rejected"]![0]!["earliest_finish"]!);

        var some = await server.Post("""{"items":[{"agent":"a","command":["true"],"deadline":"1s"},{"agent":"a","command":["true"]}]}""").Json(HttpStatusCode.Created);
        Assert.Equal(1, (int)some["rejected_count"]!);
        Assert.Equal("default/2", (string)Assert.Single(some["rejected"]!.AsArray())!["id"]!);
    }

    [Fact]
    public async Task A_very_large_array_is_told_by_its_range()
    {
        await using var server = await RestServer.Start();
        var json = await server.Post("""{"agent":"a","handler":"noop","count":10001}""").Json(HttpStatusCode.Created);
        Assert.Null(json["ids"]);
        Assert.Equal((1, 10001), ((int)json["first"]!, (int)json["count"]!));
    }

    [Fact]
    public async Task Unknown_query_parameters_are_refused() =>
        Assert.Contains("takes none", await (await RestServer.Start()).Send(HttpMethod.Post, "/api/tasks?dry=1", "{}").Problem(400));
}
