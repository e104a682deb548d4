using Granary.Execution.Handlers;
using Granary.Execution.Tests.Support;
using Granary.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Execution.Tests.Handlers;

/// <summary>Tasks inside the agent's process.</summary>
public sealed class HandlerTests
{
    private sealed class Custom(string name, Func<CancellationToken, Task<HandlerResult>> run) : ITaskHandler
    {
        public string Name => name;
        public async ValueTask<HandlerResult> Run(HandlerContext context, CancellationToken stop) => await run(stop);
    }

    [Theory]
    [InlineData("noop", ExitCause.Succeeded, "")]
    [InlineData("fails", ExitCause.ExitCode, "three things are missing")]
    [InlineData("throws", ExitCause.ExitCode, "InvalidOperationException: it broke")]
    [InlineData("none", ExitCause.StartFailed, "this node has no handler 'none'; it has fails, hangs, noop, sleep, throws")]
    public async Task It_ends_as_the_handler_says(string name, ExitCause cause, string message)
    {
        var (node, agent) = await Start(TimeProvider.System);
        await using var _ = agent;

        var task = Assign(1, new() { Agent = "a", Handler = name });
        node.Start(task);

        var exit = await node.End(task.Lease);
        Assert.Equal((cause, message), (exit.Cause, exit.Message));
    }

    [Theory]
    [InlineData(ExitCause.Cancelled, "cancelled")]
    [InlineData(ExitCause.Preempted, "preempted")]
    public async Task It_is_stopped_when_asked(ExitCause cause, string message)
    {
        var (node, agent) = await Start(TimeProvider.System);
        await using var _ = agent;
        var task = Assign(1, new() { Agent = "a", Handler = "hangs" });
        node.Start(task);
        await node.Report(task.Lease, ReportKind.Started);

        node.Stop(task.Lease, cause);

        var exit = await node.End(task.Lease);
        Assert.Equal((cause, message, (int?)null), (exit.Cause, exit.Message, exit.Code));
    }

    [Fact]
    public async Task It_is_stopped_at_its_time_limit()
    {
        var (node, agent) = await Start(TimeProvider.System);
        await using var _ = agent;
        var task = Assign(1, new() { Agent = "a", Handler = "hangs", TimeLimit = TimeSpan.FromMilliseconds(50) });

        node.Start(task);

        var exit = await node.End(task.Lease);
        Assert.Equal((ExitCause.TimeLimit, "time limit of 50ms reached"), (exit.Cause, exit.Message));
    }

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("", 400)]
    public async Task Sleep_takes_as_long_as_it_is_told(string argument, int milliseconds)
    {
        var time = new ManualTime();
        var sleep = new SleepHandler(time);
        var task = Assign(1, new()
        {
            Agent = "a",
            Handler = "sleep",
            Command = argument.Length > 0 ? [argument] : [],
            Duration = TimeSpan.FromMilliseconds(400),
        });

        var run = sleep.Run(new HandlerContext(task), default).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.False(run.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(HandlerResult.Success, await run.WaitAsync(FakeNode.Patience));
    }

    [Fact]
    public async Task Sleep_refuses_what_is_no_duration()
    {
        var result = await new SleepHandler(TimeProvider.System).Run(new HandlerContext(Assign(1, new() { Agent = "a", Command = ["long"] })), default);

        Assert.Equal(2, result.Code);
        Assert.StartsWith("sleep: 'long'", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_taken_once() =>
        Assert.Throws<ArgumentException>(() => HandlerRegistry.Default(TimeProvider.System).Add(new NoopHandler()));

    [Fact]
    public async Task Thousands_flow_through_and_each_ends_once()
    {
        var (node, agent) = await Start(TimeProvider.System);
        await using var _ = agent;
        var tasks = Enumerable.Range(1, 5000).Select(i => Assign(i, new() { Agent = "a", Handler = "noop" })).ToArray();

        node.Start(tasks);
        await node.End(tasks[^1].Lease);

        Assert.Equal(tasks.Select(t => t.Lease), node.Reports.Where(r => r.Kind == ReportKind.Started).Select(r => r.Lease));
        Assert.Equal(tasks.Select(t => t.Lease), node.Reports.Where(r => r.Kind == ReportKind.Ended).Select(r => r.Lease));
    }

    private static Assignment Assign(long number, TaskSpec spec) => new(new(new("default", number), "n1", 1, number), spec, 0, 1);

    private static async Task<(FakeNode, NodeAgent)> Start(TimeProvider time)
    {
        var registry = HandlerRegistry.Default(time)
            .Add(new Custom("fails", _ => Task.FromResult(new HandlerResult(3, "three things are missing"))))
            .Add(new Custom("throws", _ => throw new InvalidOperationException("it\nbroke".Replace('\n', ' '))))
            .Add(new Custom("hangs", async stop =>
            {
                await Task.Delay(Timeout.Infinite, stop);
                return HandlerResult.Success;
            }));
        var node = new FakeNode();
        var directory = Directory.CreateTempSubdirectory("granary-handlers-").FullName;
        var agent = new NodeAgent(node, new() { Node = new() { Name = "n1" }, DataDirectory = directory }, time, NullLogger.Instance, registry,
            () => new(), new NoProcesses());
        await agent.StartAsync(default);
        await agent.Joined.WaitAsync(FakeNode.Patience);
        return (node, agent);
    }
}
