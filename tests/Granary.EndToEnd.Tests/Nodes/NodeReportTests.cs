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
}
