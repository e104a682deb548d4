using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

internal sealed class FakeNode(FakeCluster cluster, NodeView view) : INodeGrain
{
    public NodeView View { get; set; } = view;

    /// <summary>Its inventory.</summary>
    public byte[] Told { get; set; } = [];

    /// <summary>Describe answers when this does.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public Task<NodeView> Cordon() => Become(NodeState.Cordoned);

    public Task<NodeView> Uncordon() => Become(NodeState.Ready);

    public Task<NodeView> Drain() => Become(NodeState.Draining);

    public async Task<NodeView> Describe()
    {
        cluster.Check();
        await Gate;
        return View;
    }

    private Task<NodeView> Become(NodeState state) => Task.FromResult(View = View with { State = state });

    public Task TakeInventory(string session, byte[] inventory) => throw NotForRest();
    public Task<byte[]> Inventory() => Task.FromResult(Told);
    public Task<NodeView> Declare(NodeSpec spec) => throw NotForRest();
    public Task<string> Greet(string session) => throw new NotSupportedException();

    public Task<JoinReply> Join(JoinRequest request) => throw NotForRest();
    public Task<NodeCommands> Poll(PollRequest request) => throw NotForRest();
    public Task Report(string session, IReadOnlyList<TaskReport> reports) => throw NotForRest();
    public Task Heartbeat(string session, NodeSample sample) => throw NotForRest();
    public Task Leaving(string session) => throw NotForRest();

    public Task Leave(string session) => throw NotForRest();
    public Task<LeaseCompletion> Complete(CompleteLease completion) => throw NotForRest();
    public Task Completed(string session, long requestId, LeaseCompletion answer) => throw NotForRest();
    public Task LogRead(string session, long requestId, LogChunk chunk) => throw NotForRest();
    public Task Send(IReadOnlyList<NodeCommand> commands) => throw NotForRest();
    public Task<LogChunk> ReadLog(LogRequest request) => throw NotForRest();
    /// <summary>The last profile that was asked for.</summary>
    public ProfileOrder? Ordered { get; private set; }

    public Task<ProfileAnswer> Profile(ProfileQuestion question)
    {
        Ordered = question.Start ?? Ordered;
        if (question.Start is not null) return Task.FromResult(new ProfileAnswer("p1", ProfileState.Running, "", 0, [], 0, []));
        var bytes = "{\"shared\":{\"frames\":[{\"name\":\"work\"}]},\"name\":\"node n1\",\"profiles\":[{\"type\":\"sampled\",\"name\":\"cpu\",\"unit\":\"nanoseconds\",\"samples\":[[0]],\"weights\":[5]}]}"u8.ToArray();
        var (from, count) = ((int)question.Read!.Offset, 40);
        return Task.FromResult(new ProfileAnswer("p1", ProfileState.Done, "", from, bytes[from..Math.Min(bytes.Length, from + count)], bytes.Length, []));
    }

    public Task ProfileTold(string session, long requestId, ProfileAnswer answer) => throw NotForRest();
    public Task Watch(string pool) => throw NotForRest();

    private static InvalidOperationException NotForRest() => new("REST does not call this");
}
