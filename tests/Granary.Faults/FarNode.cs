using Granary.Abstractions;
using Granary.EmbeddedHost.Simulation;
using Granary.Model;
using Orleans.Runtime;

namespace Granary.Faults;

/// <summary>A node's grain as its agent sees it: at the end of a link.</summary>
internal sealed class FarNode(World world, Link link, SimulationProcess agent, string name) : INodeGrain
{
    private readonly Dictionary<TaskId, Lease> _sent = [];

    public Task<string> Greet(string session) => CallAsync(n => n.Greet(session), isSign: false);

    public async Task<JoinReply> Join(JoinRequest request)
    {
        var reply = await CallAsync(n => n.Join(request));
        if (world.Story.Keeps) world.Story.Note($"{name} joins with [{Tokens(request.Live)}], expected [{Tokens(reply.Expected.Select(e => e.Lease))}], stale [{Tokens(reply.Stale)}]");
        return reply;
    }

    private static string Tokens(IEnumerable<Lease> leases) => string.Join(' ', leases.Select(l => l.Token));

    public async Task<NodeCommands> Poll(PollRequest request)
    {
        var commands = await CallAsync(n => n.Poll(request));
        return world.Options.Bug == PlantedBug.ReuseToken ? Reuse(commands) : commands;
    }

    public async Task Report(string session, IReadOnlyList<TaskReport> reports)
    {
        if (world.Story.Keeps)
            foreach (var report in reports) world.Story.Note($"{name} reports {report.Lease.Task} token {report.Lease.Token} {report.Kind} {report.Exit?.Cause} {report.Exit?.Message}");
        try
        {
            await CallAsync(async n =>
            {
                await n.Report(session, world.Options.Bug == PlantedBug.SkipFence ? [.. reports.Select(Unfenced)] : reports);
                return true;
            });
        }
        catch (SiloUnavailableException) when (world.Options.Bug == PlantedBug.DropRetry)
        {
        }
    }

    public Task Heartbeat(string session, NodeSample sample) => CallAsync(async n =>
    {
        await n.Heartbeat(session, sample);
        return true;
    });

    public Task Leaving(string session) => throw NotHere();

    public Task Leave(string session) => throw NotHere();

    public Task<LeaseCompletion> Complete(CompleteLease completion) => throw NotHere();

    public Task Completed(string session, long requestId, LeaseCompletion answer) => throw NotHere();

    public Task LogRead(string session, long requestId, LogChunk chunk) => throw NotHere();

    public Task<NodeView> Declare(NodeSpec spec) => throw NotHere();

    public Task Send(IReadOnlyList<NodeCommand> commands) => throw NotHere();

    public Task<LogChunk> ReadLog(LogRequest request) => throw NotHere();
    public Task<ProfileAnswer> Profile(ProfileQuestion question) => throw NotHere();
    public Task ProfileTold(string session, long requestId, ProfileAnswer answer) => throw NotHere();

    public Task<NodeView> Cordon() => throw NotHere();

    public Task<NodeView> Uncordon() => throw NotHere();

    public Task<NodeView> Drain() => throw NotHere();

    public Task Watch(string pool) => throw NotHere();

    public Task TakeInventory(string session, byte[] inventory) => throw NotHere();

    public Task<byte[]> Inventory() => throw NotHere();

    public Task<NodeView> Describe() => throw NotHere();

    private Task<T> CallAsync<T>(Func<INodeGrain, Task<T>> call, bool isSign = true) => link.CallAsync(agent, g => call(g.GetGrain<INodeGrain>(name)), isSign);

    /// <summary>Planted: the server is told the task's newest token whichever attempt speaks.</summary>
    private TaskReport Unfenced(TaskReport report) => world.NewestLease(report.Lease.Task) is { } newest && newest.Token > report.Lease.Token
        ? report with { Lease = newest }
        : report;

    /// <summary>Planted: an attempt after the first comes with the token of the one before it.</summary>
    private NodeCommands Reuse(NodeCommands commands) => commands with
    {
        Commands = [.. commands.Commands.Select(c =>
        {
            if (c.Start is not { } start) return c;
            var before = _sent.GetValueOrDefault(start.Lease.Task) ?? world.NewestLease(start.Lease.Task);
            _sent[start.Lease.Task] = start.Lease;
            return before is null || before.Attempt == start.Lease.Attempt ? c : c with { Start = start with { Lease = start.Lease with { Token = before.Token } } };
        })],
    };

    private static NotSupportedException NotHere() => new("agents do not call this");
}
