using System.Net;
using Granary.Model;

namespace Granary.Rest.Tests;

/// <summary>Work for people over REST, and how a task says what carries it out.</summary>
public sealed class InboxTests
{
    private const string Ask = """{"agent":"lab","name":"sign","manual":{"instructions":"Sign it.","role":"clerk","form":{"signed":"yes/no"}}}""";

    [Fact]
    public async Task It_is_listed_claimed_and_completed_once()
    {
        await using var server = await RestServer.Start();
        await (await server.Post(Ask)).Json(HttpStatusCode.Created);
        var item = Assert.Single((await (await server.Get("/api/inbox?role=clerk&assignee=alice")).Json(HttpStatusCode.OK))["items"]!.AsArray());
        Assert.Equal(("default/1", "Sign it.", "yes/no"), ((string)item!["id"]!, (string)item["instructions"]!, (string)item["form"]!["signed"]!));
        Assert.Equal(("alice", "clerk"), (server.Cluster.Inbox("default").Queries[0].Assignee, server.Cluster.Inbox("default").Queries[0].Role));
        Assert.Equal("alice", (string)(await (await server.Send(HttpMethod.Post, "/api/tasks/1/claim", """{"by":"alice"}""")).Json(HttpStatusCode.OK))["claimed_by"]!);
        await (await server.Send(HttpMethod.Post, "/api/tasks/default/1/claim", """{"by":"bob"}""")).Json(HttpStatusCode.Conflict);
        await (await server.Send(HttpMethod.Delete, "/api/tasks/1/claim")).Json(HttpStatusCode.OK);
        await (await server.Send(HttpMethod.Post, "/api/tasks/1/complete", """{"fields":{"signed":"perhaps"}}""")).Json(HttpStatusCode.BadRequest);
        await (await server.Send(HttpMethod.Post, "/api/tasks/1/complete", """{"field":{}}""")).Json(HttpStatusCode.BadRequest);
        foreach (var first in new[] { true, false })
        {
            var done = await (await server.Send(HttpMethod.Post, "/api/tasks/1/complete", """{"fields":{"signed":"yes"}}""")).Json(HttpStatusCode.OK);
            Assert.Equal((first, "Succeeded", "done by local"), ((bool)done["first"]!, (string)done["task"]!["state"]!, (string)done["task"]!["exit"]!["message"]!));
        }
        await (await server.Get("/api/inbox?pool=nowhere")).Json(HttpStatusCode.NotFound);
        await (await server.Send(HttpMethod.Post, "/api/tasks/4711/complete", "{}")).Json(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Every_executor_is_said_in_the_words_of_a_fleet_file()
    {
        await using var server = await RestServer.Start();
        var reply = await server.Post("""
            {"items":[
              {"agent":"a","http":{"method":"post","url":"https://example.org/x?key=s3cret","headers":{"Authorization":"Bearer s3cret"},"body":"s3cret","expect":[200,"3xx"],"redirects":2}},
              {"agent":"a","command":["ls"],"container":{"image":"debian:12","engine":"podman","mounts":["/a:/b:ro"],"network":"none","read_only":true}},
              {"agent":"a","command":["ls"],"executor":"scope"},
              {"agent":"a","handler":"count","payload":"two words"},
              {"agent":"a","manual":{"instructions":"look","assignee":"alice"},"executor":"manual"}
            ]}
            """);
        await reply.Json(HttpStatusCode.Created);
        var actions = server.Cluster.Pools["default"].Batches[0].Items.Select(i => i.Spec.Terms!.Action!).ToArray();
        Assert.Equal(new HttpCall { Method = "POST", Url = "https://example.org/x?key=s3cret", Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer s3cret" }, Body = "s3cret", Expect = ["200", "3xx"], Redirects = 2 }, actions[0].Http);
        Assert.Equal(new ContainerRun { Image = "debian:12", Engine = "podman", Mounts = ["/a:/b:ro"], Network = "none", ReadOnly = true }, actions[1].Container);
        Assert.True(actions[2].Scope);
        Assert.Equal("two words", actions[3].Payload);
        Assert.Equal(new ManualWork { Instructions = "look", Assignee = "alice" }, actions[4].Manual);

        var list = await (await server.Get("/api/tasks")).Json(HttpStatusCode.OK);
        Assert.Equal(["manual", "handler", "scope", "container", "http"], list["items"]!.AsArray().Select(t => (string)t!["executor"]!));
        Assert.DoesNotContain("s3cret", list.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"agent":"a"}""", "command: is missing")]
    [InlineData("""{"agent":"a","http":{}}""", "http: the task calls no url")]
    [InlineData("""{"agent":"a","http":{"url":"http://h/"},"command":["x"]}""", "http: the task has both a command and http")]
    [InlineData("""{"agent":"a","http":{"link":"http://h/"}}""", "http: unknown key 'link'")]
    [InlineData("""{"agent":"a","command":["x"],"executor":"container"}""", "executor: is container, but what is given is for process")]
    [InlineData("""{"agent":"a","command":["x"],"executor":"vm"}""", "executor: 'vm' is none; expected one of process, handler, http, container, scope, manual")]
    [InlineData("""{"agent":"a","command":["x"],"payload":"y"}""", "command: the task has a payload and no handler")]
    [InlineData("""{"agent":"a","manual":{"instructions":"x","form":{"a":"b"}}}""", "manual: the task has a field a of 'b'")]
    public async Task What_does_not_go_together_is_told_with_its_place(string body, string told)
    {
        await using var server = await RestServer.Start();
        var problem = await (await server.Post(body)).Json(HttpStatusCode.BadRequest);
        Assert.StartsWith(told, (string)problem["detail"]!, StringComparison.Ordinal);
    }
}
