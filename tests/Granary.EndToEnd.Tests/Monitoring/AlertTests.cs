using System.Text.Json;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Monitoring;

public sealed class AlertTests
{
    private static TestServer Prepared(HookServer hook, params (string Key, string Value)[] settings)
    {
        var server = TestServer.Prepare("--no-node");
        foreach (var (key, value) in ((string, string)[])[("GroupWait", "00:00:00.5"), ("GroupInterval", "00:00:02"), ("Webhook", hook.Url + "/hook/secret-path"), ("WebhookHeaders", "Authorization: Bearer of-the-hook"), .. settings])
            server.Environment[$"GRANARY__Monitor__{key}"] = value;
        return server;
    }

    private static async Task<JsonElement> UntilAlert(TestServer server, Func<JsonElement, bool> is_, params string[] options)
    {
        JsonElement found = default;
        await Until.TrueAsync(async () =>
        {
            foreach (var alert in (await server.JsonAsync(["alerts", .. options])).EnumerateArray())
                if (is_(alert))
                {
                    found = alert.Clone();
                    return true;
                }
            return false;
        }, () => $"no such alert fires:\n{server.Said}", TimeSpan.FromSeconds(60));
        return found;
    }

    [Fact]
    public async Task A_pool_without_nodes_is_told_of_by_webhook_Alertmanager_and_command_taken_on_and_remembered()
    {
        await using var hook = new HookServer(refusals: 1);
        await using var manager = new HookServer();
        await using var server = Prepared(hook, ("Alertmanager", manager.Url), ("Rules__0__Name", "pool-no-nodes"), ("Rules__0__Subject", "Pool"), ("Rules__0__Metric", "nodes.missing"),
            ("Rules__0__Critical", "1"), ("Rules__0__For", "00:00:01"), ("Rules__0__ClearFor", "00:00:01"));
        var file = Path.Combine(server.Root, "told");
        server.Environment["GRANARY__Monitor__Command"] = server.WriteScript("tell", $"cat > {file}.new && echo \"$GRANARY_ALERT_LEVEL\" >> {file}");
        await server.UpAsync();
        var client = await server.ClientAsync();
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var seen = Task.Run(async () =>
        {
            await foreach (var notification in client.WatchAlertsAsync(enough.Token)) return notification;
            return null;
        });
        await client.SubmitAsync(new TaskSpec { Agent = "a", Command = ["true"] });

        var alert = await UntilAlert(server, a => a.GetProperty("rule").GetString() == "pool-no-nodes");
        var id = alert.GetProperty("id").GetString()!;
        Assert.Equal(("critical", "default"), (alert.GetProperty("level").GetString(), alert.GetProperty("labels").GetProperty("pool").GetString()));
        await Until.TrueAsync(() => !hook.Posts.IsEmpty && !manager.Posts.IsEmpty && File.Exists(file), $"nobody was told:\n{server.Said}", TimeSpan.FromSeconds(30));
        Assert.True(hook.Posts.TryPeek(out var post) && hook.Refused == 1);
        Assert.Equal(("/hook/secret-path", "Bearer of-the-hook", "critical"), (post.Path, post.Authorization, post.Body.GetProperty("level").GetString()));
        Assert.True(manager.Posts.TryPeek(out var managed));
        Assert.Equal(("/api/v2/alerts", "pool-no-nodes"), (managed.Path, managed.Body[0].GetProperty("labels").GetProperty("alertname").GetString()));
        Assert.Equal("Critical", (await File.ReadAllLinesAsync(file))[0]);
        Assert.Equal(AlertLevel.Critical, (await seen)!.Level);
        Assert.DoesNotContain("secret-path", server.Said, StringComparison.Ordinal);

        (await server.RunAsync("ack", id[..5], "--by", "ann", "--comment", "looking")).Expect(0);
        var silence = (await server.RunAsync("silence", "rule=pool-*", "--for", "1h", "--comment", "work")).Expect(0).Output.Trim();
        await server.KillAsync();
        await server.UpAsync();
        var after = await UntilAlert(server, a => a.GetProperty("id").GetString() == id);
        Assert.Equal(("ann", silence), (after.GetProperty("acknowledged_by").GetString(), after.GetProperty("silenced_by").GetString()));
        (await server.RunAsync("silence", "--expire", silence)).Expect(0);
        (await server.RunAsync("silence", "--expire", silence)).ExpectError(5, silence);
        (await server.RunAsync("ack", "zzz")).ExpectError(5, "zzz");
        (await server.RunAsync("silence", "rule=x")).ExpectError(2, "--for");
        (await server.RunAsync("silence", "rule", "--for", "1h")).ExpectError(2, "'rule'");

        await server.JoinAsync("n1");
        var ended = await UntilAlert(server, a => a.GetProperty("id").GetString() == id && a.GetProperty("state").GetString() == "ended", "--all");
        Assert.Equal("none", ended.GetProperty("level").GetString());
    }

    [Fact]
    public async Task A_nodes_telemetry_raises_alerts_by_rules_of_the_settings()
    {
        await using var hook = new HookServer();
        await using var server = Prepared(hook, ("Rules__0__Name", "some-memory"), ("Rules__0__Metric", "memory.used_ratio"), ("Rules__0__Info", "0.000001"), ("Rules__0__Warning", "0.00001"),
            ("Rules__1__Name", "any-disk"), ("Rules__1__Metric", "filesystem.used/*"), ("Rules__1__Warning", "0.0000001"), ("Disabled", "node-cpu, disk-full"));
        await server.UpAsync();
        await server.JoinAsync("n1");
        var memory = await UntilAlert(server, a => a.GetProperty("rule").GetString() == "some-memory");
        Assert.Equal(("warning", "n1"), (memory.GetProperty("level").GetString(), memory.GetProperty("labels").GetProperty("node").GetString()));
        var disk = await UntilAlert(server, a => a.GetProperty("rule").GetString() == "any-disk");
        Assert.Equal("data", disk.GetProperty("labels").GetProperty("thing").GetString());
        var rules = (await server.JsonAsync("alerts", "--rules")).EnumerateArray().Select(r => r.GetProperty("name").GetString()).ToList();
        Assert.Contains("any-disk", rules);
        Assert.DoesNotContain("disk-full", rules);
    }

    [Theory]
    [InlineData("Rules__0__Name", "x", "has no metric")]
    [InlineData("Disabled", "disk-ful", "did you mean 'disk-full'")]
    [InlineData("Webhook", "nonsense", "Monitor:Webhook")]
    [InlineData("Burst", "0", "Burst")]
    [InlineData("Rulez__0__Name", "x", "Monitor")]
    public async Task A_wrong_setting_is_said_before_the_server_starts(string key, string value, string part)
    {
        await using var server = TestServer.Prepare("--no-node");
        var result = await GranaryProgram.RunAsync(server.Data, server.UpArguments, new Dictionary<string, string> { [$"GRANARY__Monitor__{key}"] = value });
        result.ExpectLastError(2, part);
    }
}
