using Granary.Execution.Shim;
using Granary.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Execution.Tests.Support;

/// <summary>An agent in a process of its own, to be killed: starts one script for each argument and says when all have started.</summary>
internal static class AgentProcess
{
    /// <param name="args">Data directory, then scripts; tasks are numbered from 1 with the same tokens.</param>
    public static int Run(string[] args)
    {
        var node = new FakeNode();
        var options = new NodeAgentOptions
        {
            Node = new NodeSpec { Name = "n1" },
            DataDirectory = args[0],
            ShimCommand = Program.Command(ShimProgram.Verb),
            PinWholeCores = false,
            Executors = new() { Containers = "off" },
        };
        var agent = new NodeAgent(node, options, TimeProvider.System, NullLogger.Instance);
        agent.StartAsync(default).GetAwaiter().GetResult();
        var assignments = args[1..].Select((script, i) => new Assignment(Lease(i + 1), AgentHarness.Script(script), 0, 1)).ToArray();
        node.Start(assignments);
        foreach (var assignment in assignments) node.Report(assignment.Lease, ReportKind.Started).GetAwaiter().GetResult();
        Console.WriteLine("started");
        Console.WriteLine(agent.ShimPid);
        foreach (var assignment in assignments.Where((_, i) => args[i + 1].StartsWith("exit", StringComparison.Ordinal)))
        {
            node.End(assignment.Lease).GetAwaiter().GetResult();
            Console.WriteLine($"ended {assignment.Lease.Task.Number}");
        }
        agent.Ended.GetAwaiter().GetResult(); // until it is killed
        return 0;
    }

    public static Lease Lease(long number) => new(new("default", number), "n1", 1, number);
}
