using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Executors;

/// <summary>Work for people: it holds its resources, lives through kills of everything, and is done once.</summary>
public sealed class ManualTests
{
    [Fact]
    public async Task It_waits_in_the_inbox_through_kills_and_what_is_said_first_is_its_end()
    {
        await using var server = await TestServer.StartAsync();
        var id = (await server.RunAsync("submit", "--agent", "lab", "--name", "sample", "--manual", "Weigh the sample.", "--assignee", "alice")).Expect(0).Lines[0];
        await InboxAsync(server, id);
        Assert.Contains("Weigh the sample.", (await server.RunAsync("inbox")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Empty((await server.RunAsync("inbox", "--assignee", "bob", "-o", "name")).Expect(0).Lines);
        (await server.RunAsync("claim", id, "--as", "bob")).ExpectError(4, "is for alice");
        (await server.RunAsync("claim", id, "--as", "alice")).Expect(0);
        var before = await (await server.ClientAsync()).GetAsync(Id(id));

        await server.KillAsync();
        await server.UpAsync();
        Assert.Equal("alice", (await server.JsonAsync("inbox"))[0].GetProperty("claimed_by").GetString());
        (await server.RunAsync("complete", id, "--as", "bob", "--text", "12 g")).ExpectError(4, "is for alice, not for bob");
        Assert.Equal($"{id} Succeeded, done by alice: by hand", (await server.RunAsync("complete", id, "--as", "alice", "--text", "12.5 g\n", "--note", "by hand")).Expect(0).Lines[0]);
        Assert.Contains("had ended already: Succeeded", (await server.RunAsync("complete", id, "--as", "alice", "--fail", "--text", "13 g")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Equal("12.5 g\n", (await server.RunAsync("logs", id)).Expect(0).Output);
        var after = await (await server.ClientAsync()).GetAsync(Id(id));
        Assert.Equal((before.Attempt, before.Token, before.Started), (after.Attempt, after.Token, after.Started));
        Assert.Empty((await server.RunAsync("inbox", "-o", "name")).Expect(0).Lines);
    }

    [Fact]
    public async Task It_holds_a_reviewer_and_its_nodes_agent_may_die()
    {
        await using var server = await TestServer.StartAsync("--no-node");
        var node = await server.JoinAsync("desk", "cpu=2,reviewer=1");
        var client = await server.ClientAsync();
        var spec = new TaskSpec
        {
            Agent = "lab",
            Name = "review",
            Resources = new ResourceSet { Custom = new Dictionary<string, long> { ["reviewer"] = 1000 } },
            Terms = new TaskTerms { Action = new() { Manual = new ManualWork { Instructions = "Review it.", Role = "reviewer", Form = new Dictionary<string, string> { ["verdict"] = "accept|reject" } } } },
        };
        var submitted = await client.SubmitManyAsync([new SubmitItem(spec, 2)]);
        await Until.TrueAsync(async () => (await client.InboxAsync()).Count == 1, "one of them reaches the reviewer");
        var first = (await client.InboxAsync(new InboxQuery(Role: "reviewer")))[0].Task.Id;
        var second = submitted.Ids.Single(i => i != first);
        Assert.Equal(WaitReason.Capacity, (await client.ExplainAsync(second)).Waiting!.Reason);

        await node.KillAsync();
        await node.StartAsync();
        Assert.Equal(first, (await client.InboxAsync())[0].Task.Id);
        await client.ClaimAsync(first, "carol");
        Assert.Contains("is claimed by carol", (await Assert.ThrowsAsync<GranaryException>(() => client.ClaimAsync(first, "dave"))).Message, StringComparison.Ordinal);
        Assert.Contains("is claimed by carol", (await Assert.ThrowsAsync<GranaryException>(() => client.CompleteAsync(first, new Completion("dave", Failed: true)))).Message, StringComparison.Ordinal);
        var done = await client.CompleteAsync(first, new Completion("carol", Failed: true, Fields: new Dictionary<string, string> { ["verdict"] = "reject" }, Note: "too short"));
        Assert.Equal((true, TaskState.Failed, (int?)1, "failed by carol: too short"), (done.First, done.Task.State, done.Task.Exit?.Code, done.Task.Exit?.Message));
        // the reviewer is free for the other
        await Until.TrueAsync(async () => (await client.InboxAsync()).Any(i => i.Task.Id == second), "the second reaches the reviewer");
        Assert.Equal(TaskState.Succeeded, (await client.CompleteAsync(second, new Completion("carol", Fields: new Dictionary<string, string> { ["verdict"] = "accept" }))).Task.State);
    }

    [Fact]
    public async Task Its_time_is_up_though_nobody_was_there_when_it_was()
    {
        await using var server = await TestServer.StartAsync();
        var id = (await server.RunAsync("submit", "--agent", "lab", "--manual", "Quick!", "--time-limit", "3s")).Expect(0).Lines[0];
        await InboxAsync(server, id);
        await server.KillAsync();
        await server.UpAsync();
        var task = await (await server.ClientAsync()).WaitAsync(Id(id), Until.Patience);
        Assert.Equal((TaskState.Failed, ExitCause.TimeLimit), (task.State, task.Exit!.Cause));
        Assert.Contains("had ended already: Failed", (await server.RunAsync("complete", id, "--as", "late")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rest_lists_claims_and_completes_it_and_says_again_what_was_said()
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Http, Timeout = Until.Patience };
        using var posted = await http.PostAsJsonAsync("/api/tasks", new { agent = "lab", manual = new { instructions = "Sign it.", form = new { signed = "yes/no" } } });
        var id = JsonDocument.Parse(await posted.Content.ReadAsStringAsync()).RootElement.GetProperty("ids")[0].GetString()!;
        await InboxAsync(server, id);
        var item = (await ReadAsync(http, "/api/inbox?agent=lab")).GetProperty("items")[0];
        Assert.Equal((id, "Sign it."), (item.GetProperty("id").GetString(), item.GetProperty("instructions").GetString()));
        Assert.Equal("alice", (await SendAsync(http, $"/api/tasks/{id}/claim", new { by = "alice" }, HttpStatusCode.OK)).GetProperty("claimed_by").GetString());
        await SendAsync(http, $"/api/tasks/{id}/complete", new { by = "alice" }, HttpStatusCode.BadRequest);
        await SendAsync(http, $"/api/tasks/{id}/complete", new { by = "bob", fields = new { signed = "yes" } }, HttpStatusCode.Conflict);
        foreach (var first in (bool[])[true, false])
        {
            var done = await SendAsync(http, $"/api/tasks/{id}/complete", new { by = "alice", fields = new { signed = first ? "yes" : "no" } }, HttpStatusCode.OK);
            Assert.Equal((first, "Succeeded"), (done.GetProperty("first").GetBoolean(), done.GetProperty("task").GetProperty("state").GetString()));
        }
        Assert.Equal("{\"signed\":true}\n", await http.GetStringAsync($"/api/tasks/{id}/logs"));
    }

    private static TaskId Id(string text) => TaskId.TryParse(text, out var id) ? id : throw new FormatException(text);

    private static Task InboxAsync(TestServer server, string id) =>
        Until.TrueAsync(async () => (await (await server.ClientAsync()).InboxAsync()).Any(i => i.Task.Id.ToString() == id), $"{id} does not come to the inbox");

    private static async Task<JsonElement> ReadAsync(HttpClient http, string path) => JsonDocument.Parse(await http.GetStringAsync(path)).RootElement;

    private static async Task<JsonElement> SendAsync(HttpClient http, string path, object body, HttpStatusCode expected)
    {
        using var reply = await http.PostAsJsonAsync(path, body);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.StatusCode == expected, $"{path}: {reply.StatusCode}, expected {expected}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
