using System.Text.Json;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.CommandLine;

/// <summary>Lists in every format, agents, nodes and pools.</summary>
public sealed class ListingTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private TestServer Server => fixture.Server;

    [Theory]
    [InlineData("tasks")]
    [InlineData("pools")]
    [InlineData("agents")]
    [InlineData("nodes")]
    public async Task ListsInEveryFormat(string what)
    {
        (await Server.RunAsync("submit", "--agent", "formats", "--cpu", "10m", "--wait", "--", "true")).Expect(0);
        var table = (await Server.RunAsync(what)).Expect(0).Lines;
        Assert.Equal(table[0], table[0].ToUpperInvariant());
        Assert.True(table.Length > 1);
        if (what != "agents") Assert.EndsWith("AGE", table[0], StringComparison.Ordinal);
        var wide = (await Server.RunAsync(what, "-o", "wide")).Expect(0).Lines;
        Assert.True(wide[0].Length > table[0].Length);
        var rows = (await Server.RunAsync(what, "--no-headers")).Expect(0).Lines;
        Assert.Equal(table.Length - 1, rows.Length);
        var json = (await Server.JsonAsync(what)).EnumerateArray().ToList();
        Assert.Equal(rows.Length, json.Count);
        var names = (await Server.RunAsync(what, "-o", "name")).Expect(0).Lines;
        Assert.Equal(names, json.Select(j => (j.TryGetProperty("id", out var id) ? id : j.GetProperty("name")).GetString()));
        var yaml = (await Server.RunAsync(what, "-o", "yaml")).Expect(0).Lines;
        Assert.Contains(yaml, l => l.StartsWith("- ", StringComparison.Ordinal));
        Assert.Contains(yaml, l => l.EndsWith(names[0], StringComparison.Ordinal));
        (await Server.RunAsync(what, "-o", "xml")).ExpectError(2, "xml");
    }

    [Fact]
    public async Task StatusIsOneScreen()
    {
        var screen = (await Server.RunAsync("status")).Expect(0);
        Assert.Contains($"process {Server.ProcessId}", screen.Output, StringComparison.Ordinal);
        Assert.InRange(screen.Lines.Length, 5, 40);
        var json = await Server.JsonAsync("status");
        Assert.Equal("default", json.GetProperty("pools")[0].GetProperty("name").GetString());
        Assert.Equal("Ready", json.GetProperty("nodes")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task AgentSetChangesWhatIsWritten_AndKeepsTheRest()
    {
        (await Server.RunAsync("agent", "set", "owner", "--weight", "4", "--guarantee", "cpu=500m", "--limit", "cpu=1,memory=1Gi", "--class", "high", "--group", "lab/one")).Expect(0);
        (await Server.RunAsync("agent", "set", "owner", "--weight", "2.5")).Expect(0);
        var agent = (await Server.JsonAsync("agents")).EnumerateArray().Single(a => a.GetProperty("id").GetString() == "owner");
        Assert.Equal(2.5, agent.GetProperty("weight").GetDouble());
        Assert.Equal("500m", agent.GetProperty("guarantee").GetProperty("cpu").GetString());
        Assert.Equal("1Gi", agent.GetProperty("limit").GetProperty("memory").GetString());
        Assert.Equal("high", agent.GetProperty("class").GetString());
        Assert.Equal("lab/one", agent.GetProperty("group").GetString());
        // a limit holds: the second of two whole cores waits, and says for what
        var ids = (await Server.RunAsync("submit", "--agent", "owner", "--cpu", "600m", "--count", "2", "--", "sleep", "600")).Expect(0).Lines;
        await Until.TrueAsync(async () => (await Server.JsonAsync("task", ids[1])).GetProperty("wait_reason").GetString() == "Limit", "the limit does not hold");
        (await Server.RunAsync(["cancel", .. ids])).Expect(0);
        (await Server.RunAsync("agent", "set", "owner", "--guarantee", "cpu=8")).ExpectError(2, "limit");
    }

    [Fact]
    public async Task NodesAreFoundByAUniqueBeginningOfTheirName()
    {
        var name = (await Server.RunAsync("nodes", "-o", "name")).Expect(0).Lines[0];
        var cordoned = (await Server.RunAsync("cordon", name[..2], "-o", "json")).Expect(0);
        Assert.Equal("Cordoned", JsonDocument.Parse(cordoned.Output).RootElement[0].GetProperty("state").GetString());
        var waiting = (await Server.RunAsync("submit", "--agent", "a", "--cpu", "10m", "--", "true")).Expect(0).Lines[0];
        Assert.Equal("Queued", (await Server.JsonAsync("task", waiting)).GetProperty("state").GetString());
        (await Server.RunAsync("uncordon", name)).Expect(0);
        (await Server.RunAsync("wait", waiting)).Expect(0);
    }

    [Fact]
    public async Task ApplyDeclares_AndIsRepeatable()
    {
        var file = Server.WriteFile("declared.yaml", """
            pools:
              - { name: side, strategy: fifo }
            agents:
              - { id: declared, weight: 3 }
            """);
        (await Server.RunAsync("validate", file)).Expect(0);
        (await Server.RunAsync("apply", file)).Expect(0);
        (await Server.RunAsync("apply", file)).Expect(0);
        var pool = (await Server.JsonAsync("pools")).EnumerateArray().Single(p => p.GetProperty("name").GetString() == "side");
        Assert.Equal("fifo", pool.GetProperty("strategy").GetString());
        var id = (await Server.RunAsync("submit", "--agent", "declared", "--pool", "side", "--", "true")).Expect(0).Lines[0];
        Assert.Equal("side/1", id);
        Assert.Equal("NoNodes", (await Server.JsonAsync("task", "sid/1")).GetProperty("wait_reason").GetString());
        (await Server.RunAsync("cancel", id)).Expect(0);
    }

    [Fact]
    public async Task DoctorFindsNothingMissingHere()
    {
        var result = await Server.RunAsync("doctor");
        Assert.True(result.ExitCode is 0 or 1, $"{result}");
        Assert.Contains("dotnet", result.Output, StringComparison.OrdinalIgnoreCase);
    }
}
