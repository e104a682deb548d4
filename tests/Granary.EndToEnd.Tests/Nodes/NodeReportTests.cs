using System.Globalization;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Nodes;

/// <summary>What a node agent of its own tells of its machine and its tasks, and what it takes itself.</summary>
public sealed class NodeReportTests
{
    [Fact]
    public async Task Reports_come_of_the_system_a_task_an_agent_and_a_service_and_the_agent_keeps_to_50_MiB_of_its_own()
    {
        await using var server = await TestServer.StartWithoutNodeAsync();
        var node = await server.JoinAsync("n1");
        var client = await server.ClientAsync();
        var task = (await server.RunAsync("submit", "--agent", "lab", "--name", "web", "--cpu", "100m", "--", "sleep", "600")).Expect(0).Output.Trim();
        Assert.True(TaskId.TryParse(task, out var id));
        var of = "";
        await Until.TrueAsync(
            async () => (await client.MetricsAsync("n1")).Any(m => m.Metric == $"task.processes/{task}") && (of = (await client.ProfileSystemAsync()).FirstOrDefault()?.Of ?? "").Length > 0,
            () => $"no telemetry of the task came:\n{node.Process}");
        Assert.Equal("node n1", of);
        foreach (var module in (ProfiledModule[])[ProfiledModule.OfTask(id), ProfiledModule.OfAgent("lab"), ProfiledModule.OfService("web")])
            Assert.Equal($"task {task}", Assert.Single(await client.ProfileModuleAsync(module)).Of);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(() => client.ProfileModuleAsync(ProfiledModule.OfService("nothing")))).Code);

        var shown = (await server.RunAsync("profile", "report", "--agent", "lab")).Expect(0).Output;
        Assert.Contains($"task {task} at ", shown, StringComparison.Ordinal);
        Assert.Contains("task.processes", shown, StringComparison.Ordinal);
        var all = await server.JsonAsync("profile", "report");
        Assert.Equal("node n1", all[0].GetProperty("of").GetString());
        Assert.Contains(all[0].GetProperty("current_use").EnumerateArray(), u => u.GetProperty("metric").GetString() == "cpu");
        (await server.RunAsync("profile", "report", "n1", "--agent", "lab")).Expect(2);

        // pages of files (the runtime's and the program's code) are shared with every other .NET process and the kernel drops them at will: what counts is what is the agent's own
        var memory = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{node.Process.Id}/status")).Select(l => l.Split((char[])[':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f[0] is "RssAnon" or "RssShmem").Sum(f => long.Parse(f[1], CultureInfo.InvariantCulture)) / 1024.0;
        Assert.InRange(memory, 1, 50);
    }

    [Fact]
    public async Task An_agent_loads_no_web_server_before_a_task_asks_its_cache_and_no_exporter_without_a_collector()
    {
        await using var server = await TestServer.StartWithoutNodeAsync();
        var node = await server.JoinAsync("n1");
        (await server.RunAsync("submit", "--agent", "lab", "--wait", "--", "true")).Expect(0);
        Assert.DoesNotContain(Mapped(), f => f.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) || f.StartsWith("OpenTelemetry", StringComparison.Ordinal));
        Assert.Contains("Granary.Hardware.dll", Mapped());

        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "no curl here to ask the cache with");
        (await server.RunAsync("submit", "--agent", "lab", "--wait", "--", "sh", "-c",
            "curl -sf --unix-socket \"$GRANARY_CACHE\" -H \"Authorization: Bearer $GRANARY_CACHE_TOKEN\" -X PUT --data-binary two http://cache/keys/one")).Expect(0);
        Assert.Contains("Microsoft.AspNetCore.Server.Kestrel.Core.dll", Mapped());

        HashSet<string> Mapped() => [.. File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{node.Process.Id}/maps")).Select(l => Path.GetFileName(l[(l.LastIndexOf(' ') + 1)..]))];
    }
}
