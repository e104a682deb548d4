using System.Net;
using Granary.EndToEnd.Tests.Access;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Services;

/// <summary>A task that serves: registers itself with nothing but what it was started with, is called through the proxy, and is gone from its service when it has ended.</summary>
public sealed class TaskServiceTests
{
    private static readonly TimeSpan Started = TimeSpan.FromSeconds(90);

    /// <summary>A backend that every machine of these tests has: a server of Granary's own, without a node.</summary>
    private const string Serve = """
        dotnet "$PROGRAM" up --no-node --data "$PWD/inner" --gateway-port 0 --http-port "$PORT" >/dev/null 2>&1 &
        i=0
        until [ -e "$PWD/inner/server.json" ]; do
          i=$((i + 1)); [ $i -lt 600 ] || exit 9
          sleep 0.1
        done
        """;

    [Fact]
    public async Task A_task_registers_its_own_service_by_the_command_line_and_takes_it_along_when_it_ends()
    {
        await using var server = TestServer.Prepare();
        server.Environment["GRANARY__Server__LogLevel"] = "Trace";
        await server.UpAsync();
        var client = await server.ClientAsync();
        var kept = Directory.CreateTempSubdirectory("granary-e2e-kept-").FullName;
        try
        {
            var id = await client.SubmitAsync(Task($$"""
                {{Serve}}
                dotnet "$PROGRAM" service set inner --agent "$GRANARY_AGENT" --probe /health/live --probe-every 200ms || exit 1
                dotnet "$PROGRAM" service backend inner "b$PORT" --url "http://127.0.0.1:$PORT" --task "$GRANARY_TASK" --attempt "$GRANARY_ATTEMPT" || exit 2
                dotnet "$PROGRAM" agent set "$GRANARY_AGENT" --weight 100; echo "weight: $?"
                dotnet "$PROGRAM" service set theirs --agent another; echo "theirs: $?"
                printf '%s\n' "$GRANARY_TOKEN" > "{{kept}}/token"
                wait
                """));
            await Until.TrueAsync(async () => File.Exists(Path.Combine(kept, "token")) || (await client.GetAsync(id)).State == TaskState.Failed, () => "the task did not register", Started);
            Assert.True(File.Exists(Path.Combine(kept, "token")), await OutputAsync(server, id) + (await server.RunAsync("logs", id.ToString(), "--stderr")).Output);
            var token = await Until.FileAsync(Path.Combine(kept, "token"));

            // through the proxy, to the real backend
            using var http = new HttpClient { BaseAddress = server.Http, Timeout = Until.Patience };
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("services/inner/health/live")).StatusCode);
            var backend = (await server.JsonAsync("service", "show", "inner")).GetProperty("backends")[0];
            Assert.Equal(("ready", "default/1", "closed"), (backend.GetProperty("state").GetString(), backend.GetProperty("task").GetString(), backend.GetProperty("breaker").GetString()));
            Assert.InRange(backend.GetProperty("latency_ms").GetDouble(), 0.001, 60_000);
            var table = (await server.RunAsync("service", "show", "inner")).Expect(0).Output;
            foreach (var shown in (string[])["STATE", "REQUESTS", "LATENCY", "PROBES", "EJECTED", "BREAKER", "ready", "pass", "closed"]) Assert.Contains(shown, table, StringComparison.Ordinal);

            // its token may what its agent may, and is nowhere but with the task
            var output = await OutputAsync(server, id);
            Assert.Contains("weight: 4", output, StringComparison.Ordinal);
            Assert.Contains("theirs: 4", output, StringComparison.Ordinal);
            Assert.StartsWith("granary_task_", token, StringComparison.Ordinal);
            Assert.DoesNotContain(token, server.Said, StringComparison.Ordinal);
            Assert.Equal([], SecrecyTests.Files(server.Root, token));
            Assert.Equal([], SecrecyTests.CommandLines(token));

            await client.CancelAsync(id);
            await Until.TrueAsync(async () => (await server.JsonAsync("service", "show", "inner")).GetProperty("backends").GetArrayLength() == 0, "the backend is still there");
            using var gone = await http.GetAsync("services/inner/health/live");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, gone.StatusCode);
            Assert.Contains("no backend", await gone.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(kept, recursive: true);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_gets_a_token_only_if_it_asks_and_one_of_another_server_gets_none(bool requireToken)
    {
        await using var server = TestServer.Prepare();
        server.Environment["GRANARY__Access__RequireToken"] = requireToken ? "true" : "false";
        await server.UpAsync();
        var client = await server.ClientAsync();
        const string Show = "echo \"$GRANARY_SERVER $GRANARY_REST ${GRANARY_TOKEN:+token}\"";
        var plain = Specs.Sh(Show);
        var asking = plain with { Command = ["sh", "-c", Show + "; dotnet \"$PROGRAM\" tasks --agent tester -o name"], Labels = new Dictionary<string, string> { ["server-token"] = "true" }, Environment = new Dictionary<string, string> { ["PROGRAM"] = GranaryProgram.File } };
        var elsewhere = asking with { Command = ["sh", "-c", Show], Environment = new Dictionary<string, string> { ["GRANARY_SERVER"] = "10.9.8.7:1" } };
        var ids = new List<TaskId>();
        foreach (var spec in (TaskSpec[])[plain, asking, elsewhere]) ids.Add(await client.SubmitAsync(spec));
        await client.WaitAsync(ids, Started);
        var rest = server.Http.ToString().TrimEnd('/');
        Assert.Equal($"{server.Gateway} {rest}", (await OutputAsync(server, ids[0])).Trim());
        var lines = (await OutputAsync(server, ids[1])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"{server.Gateway} {rest} token", lines[0]);
        Assert.Contains(ids[1].ToString(), lines[1..]);
        Assert.Equal("10.9.8.7:1", (await OutputAsync(server, ids[2])).Trim());
    }

    private static TaskSpec Task(string script) => Specs.Sh(script) with
    {
        Labels = new Dictionary<string, string> { ["server-token"] = "true" },
        Environment = new Dictionary<string, string>
        {
            ["PROGRAM"] = GranaryProgram.File,
            ["PORT"] = FreePort.Take().ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["NO_COLOR"] = "1",
        },
    };

    private static async Task<string> OutputAsync(TestServer server, TaskId id) => (await server.RunAsync("logs", id.ToString())).Output;
}
