using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Executors;

/// <summary>What every executor promises, held against each of them: a class for each, so that they run beside each other.</summary>
public abstract class ExecutorContractTests(string name)
{
    [Fact]
    public async Task A_success_is_started_once_and_ends_once_with_its_output()
    {
        await using var subject = await Begun();
        var (assignment, exit) = await Run(subject, subject.Succeeds);
        Assert.Equal((ExitCause.Succeeded, (int?)0), (exit.Cause, exit.Code));
        Assert.NotNull(exit.Message);
        Assert.Equal("hello\n", subject.Harness.Output(assignment.Lease));
        Assert.Equal([ReportKind.Started, ReportKind.Ended], subject.Harness.Node.Reports.Where(r => r.Lease == assignment.Lease).Select(r => r.Kind));
        Assert.Equal(1, subject.Begun(assignment.Lease));
    }

    [Fact]
    public async Task A_start_that_comes_twice_begins_once()
    {
        await using var subject = await Begun();
        var assignment = subject.Harness.Assign(subject.GoesOn);
        subject.Harness.Node.Start(assignment, assignment);
        await Runs(subject, assignment);
        subject.Harness.Node.Start(assignment);
        // what is told after it has been heard
        var other = subject.Harness.Assign(AgentHarness.Spec() with { Handler = "noop" });
        await subject.Harness.Run(other);
        Assert.Equal(1, subject.Begun(assignment.Lease));
        subject.Harness.Node.Stop(assignment.Lease, ExitCause.Cancelled);
        await subject.Harness.Node.End(assignment.Lease);
    }

    [Fact]
    public async Task A_failure_has_its_own_code_and_a_line()
    {
        await using var subject = await Begun();
        var (_, exit) = await Run(subject, subject.Fails);
        Assert.Equal((ExitCause.ExitCode, subject.FailureCode), (exit.Cause, exit.Code));
        Assert.NotEmpty(exit.Message);
        Assert.DoesNotContain('\n', exit.Message);
    }

    [Fact]
    public async Task A_stop_ends_it_with_the_cause_that_was_given()
    {
        await using var subject = await Begun();
        var assignment = subject.Harness.Assign(subject.GoesOn with { KillGrace = TimeSpan.FromSeconds(20) });
        subject.Harness.Node.Start(assignment);
        await Runs(subject, assignment);
        subject.Harness.Node.Stop(assignment.Lease, ExitCause.Preempted);
        var exit = await subject.Harness.Node.End(assignment.Lease);
        Assert.Equal((ExitCause.Preempted, "preempted"), (exit.Cause, exit.Message));
    }

    [Fact]
    public async Task What_does_not_listen_ends_after_its_grace()
    {
        await using var subject = await Begun();
        if (subject.Deaf is not { } deaf) return; // nothing of it could go on: a call is hung up, a person is not asked
        var assignment = subject.Harness.Assign(deaf with { KillGrace = TimeSpan.FromMilliseconds(300) });
        subject.Harness.Node.Start(assignment);
        await Runs(subject, assignment);
        subject.Harness.Node.Stop(assignment.Lease, ExitCause.Cancelled);
        var exit = await subject.Harness.Node.End(assignment.Lease);
        Assert.Equal(ExitCause.Cancelled, exit.Cause);
        Assert.True(exit.WallTime >= TimeSpan.FromMilliseconds(290), $"it had {exit.WallTime}"); // the clock of timers counts in whole milliseconds, some at a time
        await subject.LetEnd(assignment.Lease);
    }

    [Fact]
    public async Task A_time_limit_ends_it()
    {
        await using var subject = await Begun();
        var assignment = subject.Harness.Assign(subject.GoesOn with { TimeLimit = TimeSpan.FromSeconds(1.5) });
        var exit = await subject.Harness.Run(assignment);
        Assert.True(exit.Cause == ExitCause.TimeLimit, $"{exit}");
        Assert.StartsWith("time limit", exit.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_beyond_its_limit_is_cut_and_marked()
    {
        await using var subject = await Begun();
        var (assignment, exit) = await Run(subject, subject.Writes(9000) with { OutputLimitBytes = 5000 });
        Assert.Equal(ExitCause.Succeeded, exit.Cause);
        var output = subject.Harness.Output(assignment.Lease);
        Assert.Equal(5000, output.Length);
        Assert.EndsWith("[output cut at 5000 bytes]\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_its_agents_death_it_is_adopted_or_known_to_be_gone()
    {
        await using var subject = await Begun();
        var harness = subject.Harness;
        var assignment = harness.Assign(subject.GoesOn);
        harness.Node.Start(assignment);
        await Runs(subject, assignment);
        await harness.Agent.StopAsync(default);
        harness.Node = new() { Reply = new([assignment], [], TimeSpan.FromSeconds(1)) };
        await harness.StartAgent();
        if (!subject.Survives)
        {
            Assert.Equal(ReportKind.NotHere, (await harness.Node.Report(assignment.Lease, ReportKind.NotHere)).Kind);
            return;
        }
        Assert.Contains(assignment.Lease, harness.Node.Joins[0].Live);
        await subject.LetEnd(assignment.Lease);
        var exit = await harness.Node.End(assignment.Lease);
        Assert.Equal((ExitCause.Succeeded, (int?)0), (exit.Cause, exit.Code));
        Assert.Equal("hello\n", harness.Output(assignment.Lease));
    }

    private async Task<Subject> Begun()
    {
        var subject = Subject.Of(name);
        await subject.Begin();
        return subject;
    }

    private static async Task<(Assignment, ExitInfo)> Run(Subject subject, TaskSpec spec)
    {
        var assignment = subject.Harness.Assign(spec);
        subject.Harness.Node.Start(assignment);
        await subject.Drive(assignment.Lease, spec);
        return (assignment, await subject.Harness.Node.End(assignment.Lease));
    }

    private static async Task Runs(Subject subject, Assignment assignment)
    {
        await subject.Harness.Node.Report(assignment.Lease, ReportKind.Started);
        await AgentHarness.Eventually(() => subject.Begun(assignment.Lease) > 0, "it begins");
    }
}

public sealed class ProcessContractTests() : ExecutorContractTests("process");

public sealed class HandlerContractTests() : ExecutorContractTests("handler");

public sealed class HttpContractTests() : ExecutorContractTests("http");

public sealed class ContainerContractTests() : ExecutorContractTests("container");

public sealed class ScopeContractTests() : ExecutorContractTests("scope");

public sealed class ManualContractTests() : ExecutorContractTests("manual");
