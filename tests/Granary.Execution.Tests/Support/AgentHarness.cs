using System.Diagnostics;
using Granary.Execution.Handlers;
using Granary.Execution.Shim;
using Granary.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Execution.Tests.Support;

/// <summary>One node in a temporary directory: agents that come and go, the shim behind them, a fake server before them.</summary>
internal sealed class AgentHarness : IAsyncDisposable
{
    private long _token;

    public AgentHarness()
    {
        Data = Directory.CreateTempSubdirectory("granary-exec-").FullName;
        Options = new()
        {
            Node = new NodeSpec { Name = "n1", Capacity = new() { CpuMilli = 8000, MemoryMiB = 4096 } },
            DataDirectory = Data,
            ShimCommand = Program.Command(ShimProgram.Verb),
            PollWait = TimeSpan.FromSeconds(5),
            ShimIdleTimeout = TimeSpan.FromSeconds(2),
            PinWholeCores = false,
            Executors = new() { Containers = "off" }, // whatever this machine has
        };
    }

    public string Data { get; }
    public NodeAgentOptions Options { get; set; }
    public FakeNode Node { get; set; } = new();

    /// <summary>Null for those that every node has.</summary>
    public HandlerRegistry? Handlers { get; set; }
    public NodeAgent Agent { get; private set; } = null!;

    public static async Task<AgentHarness> Start(Func<NodeAgentOptions, NodeAgentOptions>? options = null)
    {
        var harness = new AgentHarness();
        if (options is not null) harness.Options = options(harness.Options);
        await harness.StartAgent();
        return harness;
    }

    /// <summary>Starts an agent, the first or after the death of another.</summary>
    public async Task StartAgent()
    {
        Agent = new NodeAgent(Node, Options, TimeProvider.System, NullLogger.Instance, Handlers);
        await Agent.StartAsync(default);
        await Agent.Joined.WaitAsync(FakeNode.Patience);
    }

    public Assignment Assign(TaskSpec spec, long number = 0, int attempt = 1)
    {
        var token = Interlocked.Increment(ref _token);
        return new(new(new("default", number == 0 ? token : number), "n1", attempt, token), spec, 0, 1);
    }

    public Assignment Assign(params string[] command) => Assign(Spec(command));

    public static TaskSpec Spec(params string[] command) => new() { Agent = "a", Command = command, KillGrace = TimeSpan.FromMilliseconds(300) };

    /// <summary>A script for /bin/sh as a task's command.</summary>
    public static TaskSpec Script(string script) => Spec("/bin/sh", "-c", script);

    /// <summary>Runs a task to its end.</summary>
    public async Task<ExitInfo> Run(Assignment assignment)
    {
        Node.Start(assignment);
        return await Node.End(assignment.Lease);
    }

    public Task<ExitInfo> Run(TaskSpec spec) => Run(Assign(spec));

    public string Output(Lease lease, string name = "stdout") => File.ReadAllText(Path.Combine(Data, "tasks", lease.Task.Pool, $"{lease.Task.Number}", name));

    public bool HasOutput(Lease lease, string text)
    {
        var path = Path.Combine(Data, "tasks", lease.Task.Pool, $"{lease.Task.Number}", "stdout");
        return File.Exists(path) && File.ReadAllText(path).Contains(text, StringComparison.Ordinal);
    }

    /// <summary>Waits for a condition that nothing announces, such as a process's end.</summary>
    public static async Task Eventually(Func<bool> condition, string what)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed > FakeNode.Patience) throw new TimeoutException(what);
            await tick.WaitForNextTickAsync();
        }
    }

    public static bool IsAlive(int pid) => Granary.Hardware.ProcessStat.TryRead(Granary.Hardware.SystemRoot.Machine, pid, out var stat) && stat.State is not ('Z' or 'X');

    public async ValueTask DisposeAsync()
    {
        Node.Fail(null);
        if (Agent is null)
        {
            Directory.Delete(Data, recursive: true); // none was started
            return;
        }
        var shim = Agent.ShimPid;
        if (!Agent.Ended.IsCompleted)
        {
            using var limit = new CancellationTokenSource(FakeNode.Patience);
            await Agent.LeaveAsync(limit.Token);
        }
        if (shim != 0) await Eventually(() => !IsAlive(shim), "the shim ends");
        Directory.Delete(Data, recursive: true);
    }
}
