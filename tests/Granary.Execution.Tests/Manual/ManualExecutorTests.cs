using Granary.Abstractions;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Manual;

/// <summary>Work that people do: durable at the agent before anybody is told, and done once.</summary>
public class ManualExecutorTests
{
    private static TaskSpec Ask(TimeSpan? limit = null) => new() { Agent = "a", TimeLimit = limit, Terms = new TaskTerms { Action = new() { Manual = new ManualWork { Instructions = "do it" } } } };

    [Fact]
    public async Task What_is_said_first_is_its_end_and_its_output()
    {
        await using var harness = await AgentHarness.Start();
        var assignment = harness.Assign(Ask());
        harness.Node.Start(assignment);
        await harness.Node.Report(assignment.Lease, ReportKind.Started);
        Assert.Equal(LeaseCompletion.Done, await harness.Node.Complete(new(assignment.Lease, 0, "yes\n", "done by alice")));
        Assert.NotEqual(LeaseCompletion.Done, await harness.Node.Complete(new(assignment.Lease, 1, "no\n", "failed by bob")));
        var exit = await harness.Node.End(assignment.Lease);
        Assert.Equal((ExitCause.Succeeded, 0, "done by alice"), (exit.Cause, exit.Code, exit.Message));
        Assert.Equal("yes\n", harness.Output(assignment.Lease));
    }

    [Fact]
    public async Task Nobody_completes_what_is_not_here()
    {
        await using var harness = await AgentHarness.Start();
        Assert.Equal(LeaseCompletion.NotHere, await harness.Node.Complete(new(new(new("default", 7), "n1", 1, 7), 0, "", "")));
    }

    [Fact]
    public async Task An_end_that_the_server_has_not_heard_of_is_told_by_the_next_agent()
    {
        await using var harness = await AgentHarness.Start();
        var assignment = harness.Assign(Ask());
        harness.Node.Start(assignment);
        await harness.Node.Report(assignment.Lease, ReportKind.Started);
        var book = new Granary.Execution.Manual.ManualBook(Path.Combine(harness.Options.EffectiveNodeDirectory, "manual"));
        await harness.Agent.StopAsync(default);
        // as an agent leaves it that was killed after it had written the end and before it had reported it
        var record = Assert.Single(book.Load((_, why) => Assert.Fail(why)));
        book.Write(record with { Ended = record.Started + TimeSpan.FromSeconds(5), Code = 1, Cause = (int)ExitCause.ExitCode, Message = "failed by alice" });
        harness.Node = new();
        await harness.StartAgent();
        var exit = await harness.Node.End(assignment.Lease);
        Assert.Equal((1, "failed by alice", TimeSpan.FromSeconds(5)), (exit.Code, exit.Message, exit.WallTime));
        await AgentHarness.Eventually(() => book.Load((_, _) => { }).Count == 0, "it is forgotten once the server has it");
    }

    [Fact]
    public async Task A_time_that_is_up_while_no_agent_is_there_is_up()
    {
        await using var harness = await AgentHarness.Start();
        var assignment = harness.Assign(Ask(TimeSpan.FromMilliseconds(200)));
        var lasting = harness.Assign(Ask(TimeSpan.FromDays(100)));
        harness.Node.Start(assignment, lasting);
        await harness.Node.Report(assignment.Lease, ReportKind.Started);
        await harness.Agent.StopAsync(default);
        harness.Node = new();
        await harness.StartAgent();
        Assert.Equal(ExitCause.TimeLimit, (await harness.Node.End(assignment.Lease)).Cause);
        Assert.DoesNotContain(harness.Node.Reports, r => r.Lease == lasting.Lease && r.Kind == ReportKind.Ended);
    }

    [Fact]
    public async Task A_damaged_file_costs_itself_alone()
    {
        var harness = new AgentHarness();
        var folder = Directory.CreateDirectory(Path.Combine(harness.Options.EffectiveNodeDirectory, "manual")).FullName;
        File.WriteAllText(Path.Combine(folder, "default~1~1.json"), "{ half");
        await harness.StartAgent();
        await using (harness)
        {
            var assignment = harness.Assign(Ask(), number: 2);
            harness.Node.Start(assignment);
            await harness.Node.Report(assignment.Lease, ReportKind.Started);
            Assert.Equal(LeaseCompletion.Done, await harness.Node.Complete(new(assignment.Lease, 0, "", "")));
        }
    }
}
