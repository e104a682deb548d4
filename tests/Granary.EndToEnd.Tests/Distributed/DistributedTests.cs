using System.Security.Cryptography;
using Granary.Abstractions;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Distributed;

/// <summary>Work in partitions on real node agents, through the command line and the SDK.</summary>
public sealed class DistributedTests
{
    private const int Files = 120;

    private static WorkSpec Spec(string script, int partitions, string output = "", WorkPolicy? policy = null) => new()
    {
        Agent = "tester",
        Policy = policy ?? new WorkPolicy { BatchGoal = TimeSpan.Zero },
        Stages = [new WorkStage
        {
            Name = "s",
            Task = new TaskSpec { Agent = "tester", Command = ["sh", "-c", script], Resources = new ResourceSet { CpuMilli = 1000 }, KillGrace = TimeSpan.FromMilliseconds(500) },
            Partitions = [.. Enumerable.Repeat(new WorkPartition([]), partitions)],
            Output = output,
        }],
    };

    private static async Task<TestServer> StartAsync(params string[] nodes)
    {
        var server = await TestServer.StartWithoutNodeAsync();
        foreach (var node in nodes) await server.JoinAsync(node);
        return server;
    }

    /// <summary>Every partition done, each by one task, which succeeded.</summary>
    private static async Task<IReadOnlyList<PartitionView>> AllOnceAsync(GranaryClient client, string id)
    {
        var partitions = await client.PartitionsAsync(id);
        Assert.All(partitions, p => Assert.Equal(PartitionState.Done, p.State));
        var tasks = await client.GetAsync([.. partitions.Select(p => p.Task!.Value).Distinct()]);
        Assert.All(tasks, t => Assert.Equal(TaskState.Succeeded, t.State));
        var holds = tasks.ToDictionary(t => t.Id, t => t.Spec.Environment!["GRANARY_PARTITIONS"].Split(' '));
        Assert.All(partitions, p => Assert.Contains($"{p.Partition}", holds[p.Task!.Value]));
        return partitions;
    }

    [Fact]
    public async Task FilesAreHashedOnThreeNodes_InBatches_EachResultOnce()
    {
        await using var server = await StartAsync("n1", "n2", "n3");
        var expected = new Dictionary<string, string>();
        for (var i = 0; i < Files; i++)
        {
            var path = server.WriteFile($"in put-{i}", new string((char)('a' + (i % 26)), 500 * (i + 1)));
            expected[path] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        }
        var list = server.WriteFile("list", string.Join('\n', expected.Keys));
        var output = Directory.CreateDirectory(Path.Combine(server.Root, "out")).FullName;
        var result = (await server.RunAsync("distribute", "--agent", "tester", "--inputs-from", list, "--output-dir", output, "--cpu", "500m", "--batch-goal", "20s", "--wait", "--", "sha256sum", "{}")).Expect(0);
        Assert.Contains($"{Files} of {Files} done", result.Output, StringComparison.Ordinal);

        var id = result.Lines[0];
        var client = await server.ClientAsync();
        await AllOnceAsync(client, id);
        var work = await client.WorkAsync(id);
        Assert.Equal((WorkState.Succeeded, Files), (work.State, work.Done));
        Assert.True(work.Tasks < Files, $"{work.Tasks} tasks for {Files} small files: nothing was put together");
        var lines = Directory.GetFiles(output).SelectMany(File.ReadAllLines).Select(l => l.Split("  ", 2)).ToDictionary(l => l[1], l => l[0]);
        Assert.Equal(expected.OrderBy(e => e.Key), lines.OrderBy(e => e.Key));
        Assert.Equal(id, (await server.RunAsync("work", "-o", "name")).Expect(0).Lines[0]);
        Assert.Equal(Files, (await server.JsonAsync("work", id, "--partitions")).GetArrayLength());
    }

    [Fact]
    public async Task AStragglerIsRunAgainElsewhere_AndTheFirstResultWins()
    {
        await using var server = await StartAsync("n1", "n2");
        var client = await server.ClientAsync();
        var slow = Path.Combine(server.Root, "slow");
        // the first task to begin on n2 hangs, whatever it holds
        var spec = Spec($"if [ $GRANARY_NODE = n2 ] && mkdir '{slow}' 2>/dev/null; then echo $GRANARY_TASK > '{slow}/task'; sleep 600; fi; sleep 0.2", 16);
        var work = await client.DistributeAsync(spec);
        var ended = await client.WaitWorkAsync(work.Id, TimeSpan.FromSeconds(60));
        Assert.Equal((WorkState.Succeeded, 16), (ended.State, ended.Done));
        Assert.True(ended.CopiesFirst >= 1, $"{ended}");
        var hung = TaskId.TryParse(await Until.FileAsync(Path.Combine(slow, "task")), out var id) ? id : default;
        var loser = await client.WaitAsync(hung, Until.Patience);
        Assert.Equal(TaskState.Cancelled, loser.State);
        var partitions = await AllOnceAsync(client, work.Id);
        Assert.DoesNotContain(hung, partitions.Select(p => p.Task!.Value));
        var winner = await client.GetAsync(partitions[int.Parse(loser.Spec.Environment!["GRANARY_PARTITION"])].Task!.Value);
        Assert.Equal("n1", winner.Node);
    }

    [Fact]
    public async Task WhatRunsUnderAFrozenAgent_IsDoneElsewhere()
    {
        await using var server = await StartAsync("n1");
        var frozen = await server.JoinAsync("n2");
        var client = await server.ClientAsync();
        var output = Directory.CreateDirectory(Path.Combine(server.Root, "out")).FullName;
        var work = await client.DistributeAsync(Spec("sleep 0.5; echo $GRANARY_PARTITION", 12, output));
        await Until.TrueAsync(async () => (await client.WorkAsync(work.Id)).Nodes.Any(n => n is { Node: "n2", Running: > 0 }), "nothing runs on n2");
        frozen.Process.Signal(ProcessTable.Stop);
        var ended = await client.WaitWorkAsync(work.Id, TimeSpan.FromSeconds(60));
        Assert.Equal((WorkState.Succeeded, 12), (ended.State, ended.Done));
        frozen.Process.Signal(ProcessTable.Continue);
        await frozen.UntilAsync(NodeState.Ready);
        await AllOnceAsync(client, work.Id);
        Assert.Equal(Enumerable.Range(0, 12).Select(p => $"{p}\n"), Enumerable.Range(0, 12).Select(p => File.ReadAllText(Path.Combine(output, $"s-{p:00000}"))));
    }

    [Fact]
    public async Task ALargeFileIsCutIntoRanges()
    {
        await using var server = await StartAsync("n1", "n2");
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n"));
        var file = server.WriteFile("large", text);
        var output = Directory.CreateDirectory(Path.Combine(server.Root, "out")).FullName;
        (await server.RunAsync("distribute", "--agent", "tester", "--input", file, "--partition-size", "16Ki", "--split", "--output-dir", output, "--wait", "--shell", "--", "tail -c +$(({offset} + 1)) {} | head -c {length}")).Expect(0);
        var parts = Directory.GetFiles(output).Order(StringComparer.Ordinal).Select(File.ReadAllText).ToArray();
        Assert.True(parts.Length > 8, $"{parts.Length} ranges");
        Assert.Equal(text, string.Concat(parts));
    }

    [Fact]
    public async Task EverythingIsDoneOnce_WhenServerAndANodeAreKilledOnTheWay()
    {
        await using var server = await StartAsync("n1");
        var doomed = await server.JoinAsync("n2");
        var client = await server.ClientAsync();
        var output = Directory.CreateDirectory(Path.Combine(server.Root, "out")).FullName;
        var spec = Spec("sleep 0.3; echo result $GRANARY_PARTITION", 60, output, new WorkPolicy { BatchGoal = TimeSpan.FromSeconds(1) });
        var work = await client.DistributeAsync(spec, "w-killed");
        await UntilDoneAsync(client, work.Id, 5);
        await server.KillAsync();
        await server.UpAsync();
        await UntilDoneAsync(client, work.Id, 15);
        await doomed.KillTreeAsync();
        await UntilDoneAsync(client, work.Id, 25);
        await server.KillAsync();
        await server.UpAsync();
        Assert.Equal(work.Created, (await client.DistributeAsync(spec, "w-killed")).Created); // asking again begins nothing
        var ended = await client.WaitWorkAsync(work.Id, TimeSpan.FromSeconds(90));
        Assert.Equal((WorkState.Succeeded, 60), (ended.State, ended.Done));
        await AllOnceAsync(client, work.Id);
        Assert.Equal(Enumerable.Range(0, 60).Select(p => $"result {p}\n"), Enumerable.Range(0, 60).Select(p => File.ReadAllText(Path.Combine(output, $"s-{p:00000}"))));
        Assert.Equal(60, Directory.GetFiles(output, "s-?????").Length);
        Assert.Contains((await client.WorkListAsync()), w => w is { Id: "w-killed" });
    }

    [Fact]
    public async Task APartitionThatAlwaysFails_EndsTheWork_OrIsLeftOut()
    {
        await using var server = await StartAsync("n1");
        var client = await server.ClientAsync();
        const string Script = "[ $GRANARY_PARTITION != 2 ] || exit 7";
        var failed = await client.WaitWorkAsync((await client.DistributeAsync(Spec(Script, 8, policy: new WorkPolicy { Retries = 1 }))).Id, Until.Patience);
        Assert.Equal(WorkState.Failed, failed.State);
        Assert.Equal("partition 2 of stage s failed 2 times, last on n1: exit code 7", failed.Reason);
        var skipped = await client.WaitWorkAsync((await client.DistributeAsync(Spec(Script, 8, policy: new WorkPolicy { Retries = 1, OnPoison = PoisonPolicy.Skip }))).Id, Until.Patience);
        Assert.Equal((WorkState.Succeeded, 7, 1, "1 partitions were left out"), (skipped.State, skipped.Done, skipped.Skipped, skipped.Reason));
    }

    [Fact]
    public async Task CancelledWork_StopsItsTasks()
    {
        await using var server = await StartAsync("n1");
        var client = await server.ClientAsync();
        var work = await client.DistributeAsync(Spec("sleep 600", 5));
        await Until.TrueAsync(async () => await TasksAsync(client, work.Id) is { Count: > 0 } begun && begun.Any(t => t.State == TaskState.Running), "nothing began");
        var ended = (await server.RunAsync("work", work.Id, "--cancel", "--reason", "enough")).Expect(0);
        Assert.Contains("cancelled", ended.Output, StringComparison.Ordinal);
        await Until.TrueAsync(async () => (await TasksAsync(client, work.Id)).All(t => t.State == TaskState.Cancelled), "tasks were left");
        Assert.Equal("enough", (await client.WorkAsync(work.Id)).Reason);
    }

    [Fact]
    public async Task APipelineFromAFile_HandsOutputsOn()
    {
        await using var server = await StartAsync("n1", "n2");
        var output = Directory.CreateDirectory(Path.Combine(server.Root, "out")).FullName;
        var file = server.WriteFile("work.yaml", $$"""
            agent: tester
            name: pipeline
            stages:
              - name: square
                command: 'echo $((GRANARY_PARTITION * GRANARY_PARTITION))'
                partitions: 10
                output: {{output}}
                resources: { cpu: 500m }
              - name: double
                command: [awk, '{ print 2 * $1 }', "{}"]
                after: [square]
                flow: each
                output: {{output}}
                resources: { cpu: 500m }
              - name: sum
                command: 'cat {{output}}/double-* | awk "{ s += \$1 } END { print s }"'
                partitions: 1
                after: [double]
                output: {{output}}
            """);
        (await server.RunAsync("distribute", file, "--wait")).Expect(0);
        Assert.Equal("570\n", await File.ReadAllTextAsync(Path.Combine(output, "sum-00000")));
    }

    [Fact]
    public async Task WhatIsWrong_IsSaidInOneLine()
    {
        await using var server = await StartAsync("n1");
        var file = server.WriteFile("bad.yaml", "agent: tester\ncomand: [x]\npartitions: 3\n");
        (await server.RunAsync("distribute", file)).ExpectError(2, "bad.yaml:2: unknown key 'comand'; did you mean 'command'?");
        (await server.RunAsync("distribute", Path.Combine(server.Root, "none.yaml"))).ExpectError(2, "there is no such file");
        (await server.RunAsync("distribute", "--agent", "tester", "--", "sleep", "1")).ExpectError(2, "--partitions");
        (await server.RunAsync("distribute", "--partitions", "2", "--", "true")).ExpectError(2, "--agent is missing");
        (await server.RunAsync("distribute", "--agent", "tester", "--partitions", "2", "--cpu", "500", "--", "true")).ExpectError(4, "cpu");
        (await server.RunAsync("distribute", "--agent", "tester", "--partitions", "2", "--pool", "nowhere", "--", "true")).ExpectError(5, "no pool is named 'nowhere'");
        (await server.RunAsync("work", "w-unknown")).ExpectError(5, "no work w-unknown");
        (await server.RunAsync("work", "--cancel")).ExpectError(2, "which work?");
        Assert.Empty((await server.RunAsync("work", "-o", "name")).Expect(0).Output);
    }

    private static Task UntilDoneAsync(GranaryClient client, string id, int done) =>
        Until.TrueAsync(async () => (await client.WorkAsync(id)).Done >= done, $"{done} partitions were not done", TimeSpan.FromSeconds(60));

    private static async Task<IReadOnlyList<TaskView>> TasksAsync(GranaryClient client, string work)
    {
        var tasks = new List<TaskView>();
        await foreach (var task in client.ListAsync(TaskId.DefaultPool, new TaskQuery { Labels = new Dictionary<string, string> { ["granary.work"] = work } })) tasks.Add(task);
        return tasks;
    }
}
