using System.Threading.Channels;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Benchmarks.Execution;

/// <summary>The node's grain as a load: hands out starts as they are pushed, counts the ends, keeps when each lease was reported.</summary>
internal sealed class BenchNode : INodeGrain
{
    private const int MostPerPoll = 2048;

    private readonly Channel<NodeCommand> _commands = Channel.CreateUnbounded<NodeCommand>(new() { SingleReader = true });
    private long _sent;

    /// <summary>Called for every report, on the agent's thread.</summary>
    public Action<TaskReport>? Heard { get; set; }

    public void Start(Assignment assignment) => _commands.Writer.TryWrite(new NodeCommand { Start = assignment });

    public Task<string> Greet(string session) => Task.FromResult("");

    public Task<JoinReply> Join(JoinRequest request) => Task.FromResult(new JoinReply([], [], TimeSpan.FromSeconds(1)));

    public async Task<NodeCommands> Poll(PollRequest request)
    {
        using var limit = new CancellationTokenSource(request.MaxWait);
        try
        {
            await _commands.Reader.WaitToReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return new(_sent, []);
        }
        var batch = new List<NodeCommand>();
        while (batch.Count < MostPerPoll && _commands.Reader.TryRead(out var command)) batch.Add(command);
        return new(_sent += batch.Count, batch);
    }

    public Task Report(string session, IReadOnlyList<TaskReport> reports)
    {
        foreach (var report in reports) Heard?.Invoke(report);
        return Task.CompletedTask;
    }

    public Task Heartbeat(string session, NodeSample sample) => Task.CompletedTask;
    public Task Leaving(string session) => Task.CompletedTask;

    public Task Leave(string session) => Task.CompletedTask;
    public Task<LeaseCompletion> Complete(CompleteLease completion) => throw NotForAgents();
    public Task Completed(string session, long requestId, LeaseCompletion answer) => Task.CompletedTask;
    public Task LogRead(string session, long requestId, LogChunk chunk) => Task.CompletedTask;

    public Task<NodeView> Declare(NodeSpec spec) => throw NotForAgents();
    public Task Send(IReadOnlyList<NodeCommand> commands) => throw NotForAgents();
    public Task<LogChunk> ReadLog(LogRequest request) => throw NotForAgents();
    public Task<ProfileAnswer> Profile(ProfileQuestion question) => throw NotForAgents();
    public Task ProfileTold(string session, long requestId, ProfileAnswer answer) => throw NotForAgents();
    public Task<NodeView> Cordon() => throw NotForAgents();
    public Task<NodeView> Uncordon() => throw NotForAgents();
    public Task<NodeView> Drain() => throw NotForAgents();
    public Task TakeInventory(string session, byte[] inventory) => Task.CompletedTask;
    public Task<byte[]> Inventory() => throw NotForAgents();
    public Task<NodeView> Describe() => throw NotForAgents();
    public Task Watch(string pool) => throw NotForAgents();

    private static InvalidOperationException NotForAgents() => new("an agent never calls this");
}
