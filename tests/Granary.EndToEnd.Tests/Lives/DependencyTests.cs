using System.Text;
using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Lives;

/// <summary>Tasks that wait for others, and arrays.</summary>
public sealed class DependencyTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task RunsATaskOnlyAfterEveryMemberOfWhatItWaitsFor()
    {
        var client = fixture.Client;
        var directory = Directory.CreateDirectory(Path.Combine(fixture.Server.Root, "ordered")).FullName;
        var part = Specs.Sh("echo part >> order") with { WorkingDirectory = directory };
        var whole = Specs.Sh("echo whole >> order") with { WorkingDirectory = directory };
        var submitted = await client.SubmitManyAsync([new SubmitItem(part, 5), new SubmitItem(whole, AfterItems: [0])]);
        await client.WaitAsync(submitted.Ids, Until.Patience);
        Assert.Equal(["part", "part", "part", "part", "part", "whole"], File.ReadAllLines(Path.Combine(directory, "order")));
    }

    [Fact]
    public async Task NeverRunsATaskWhosePredecessorFailed()
    {
        var client = fixture.Client;
        var submitted = await client.SubmitManyAsync(
        [
            new SubmitItem(Specs.Sh("exit 1")),
            new SubmitItem(Specs.Sh("echo ran"), AfterItems: [0]),
            new SubmitItem(Specs.Sh("echo ran"), AfterItems: [1]),
        ]);
        var tasks = await client.WaitAsync(submitted.Ids, Until.Patience);
        Assert.Equal(TaskState.Failed, tasks[0].State);
        Assert.All(tasks.Skip(1), t => Assert.Equal(0, t.Attempt));
        Assert.All(tasks.Skip(1), t => Assert.Equal(TaskState.Cancelled, t.State));
        Assert.Contains(submitted.Ids[0].ToString(), tasks[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsEveryMemberOfAnArrayItsNumber()
    {
        var client = fixture.Client;
        var submitted = await client.SubmitManyAsync([new SubmitItem(Specs.Sh("echo $GRANARY_INDEX of $GRANARY_COUNT for $GRANARY_AGENT as $GRANARY_TASK"), 4)]);
        var tasks = await client.WaitAsync(submitted.Ids, Until.Patience);
        Assert.Equal([0, 1, 2, 3], tasks.Select(t => t.Index));
        foreach (var task in tasks)
        {
            using var output = new MemoryStream();
            await foreach (var piece in client.LogsAsync(task.Id)) output.Write(piece.Span);
            Assert.Equal($"{task.Index} of 4 for tester as {task.Id}\n", Encoding.UTF8.GetString(output.ToArray()));
        }
    }

    [Fact]
    public async Task GivesATaskACleanEnvironmentAndADirectoryOfItsOwn()
    {
        var client = fixture.Client;
        var id = await client.SubmitAsync(Specs.Sh("pwd; env | sort") with { Environment = new Dictionary<string, string> { ["GIVEN"] = "one two" } });
        Assert.Equal(TaskState.Succeeded, (await client.WaitAsync(id, Until.Patience)).State);
        using var output = new MemoryStream();
        await foreach (var piece in client.LogsAsync(id)) output.Write(piece.Span);
        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith(fixture.Server.Root, lines[0], StringComparison.Ordinal);
        Assert.Contains("GIVEN=one two", lines);
        Assert.DoesNotContain(lines, l => l.StartsWith("GRANARY__", StringComparison.Ordinal) || l.StartsWith("GRANARY_TOKEN", StringComparison.Ordinal));
    }
}
