using System.Text;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

public sealed class FakeDirectory(FakeCluster cluster)
{
    private readonly List<string> _pools = ["default"];
    private readonly Dictionary<string, AgentSpec> _agents = [];

    public List<ApplyRequest> Applied { get; } = [];

    public List<string> NodeNames { get; } = [];

    public Task<IReadOnlyList<string>> Pools() => Task.FromResult<IReadOnlyList<string>>([.. _pools]);

    public Task<IReadOnlyList<AgentSpec>> Agents() => Task.FromResult<IReadOnlyList<AgentSpec>>([.. _agents.Values]);

    public Task<AgentSpec?> Agent(string id) => Task.FromResult(_agents.GetValueOrDefault(id));

    public Dictionary<string, GroupSpec> GroupSpecs { get; } = [];

    public Task<IReadOnlyList<GroupSpec>> Groups() => Task.FromResult<IReadOnlyList<GroupSpec>>([.. GroupSpecs.Values]);

    public Task<IReadOnlyList<string>> Nodes() => Task.FromResult<IReadOnlyList<string>>([.. NodeNames]);

    public Task<ApplyReply> Apply(ApplyRequest request)
    {
        Applied.Add(request);
        _pools.AddRange(request.Pools.Select(p => p.Name).Except(_pools));
        foreach (var agent in request.Agents) _agents[agent.Id] = agent;
        foreach (var group in request.Groups ?? []) GroupSpecs[group.Path] = group;
        foreach (var node in request.Nodes) Declare(node);
        return Task.FromResult(new ApplyReply(request.Pools.Count + request.Agents.Count + request.Nodes.Count, 0, 0));
    }

    public void Declare(NodeSpec node)
    {
        if (!NodeNames.Contains(node.Name)) NodeNames.Add(node.Name);
        cluster.Node(node.Name).Spec = node;
    }

    public Task AddAgents(IReadOnlyList<AgentSpec> agents)
    {
        foreach (var agent in agents) _agents[agent.Id] = agent;
        return Task.CompletedTask;
    }
}

public sealed class FakeAgent(string id, FakeDirectory directory)
{
    public async Task<AgentView> Set(AgentSpec spec)
    {
        await directory.AddAgents([spec]);
        return new AgentView(spec, []);
    }

    public async Task<AgentView?> Get() => await directory.Agent(id) is { } spec ? new AgentView(spec, []) : null;
}

public sealed class FakeNode(string name)
{
    public NodeSpec Spec { get; set; } = new() { Name = name };

    public NodeState State { get; private set; } = NodeState.Ready;

    public Task<NodeView> Describe() => Task.FromResult(new NodeView { Spec = Spec, State = State });

    public Task<NodeView> Cordon() => Become(NodeState.Cordoned);

    public Task<NodeView> Uncordon() => Become(NodeState.Ready);

    public Task<NodeView> Drain() => Become(NodeState.Draining);

    private Task<NodeView> Become(NodeState state)
    {
        State = state;
        return Describe();
    }
}

/// <summary>A task whose output and end follow a script: each wait takes the next step.</summary>
public sealed class FakeTask(string key, FakePool pool)
{
    private long Number => long.Parse(key[(key.LastIndexOf('/') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    private FakeOutput? Output => pool.Outputs.GetValueOrDefault(Number);

    public Task<TaskView> Status() => Task.FromResult(pool.Tasks[Number]);

    public Task<TaskView> Wait(TimeSpan maxWait)
    {
        if (Output is { } output && output.Steps.TryDequeue(out var step)) step(output);
        else pool.MoveSilently(Number, TaskState.Succeeded);
        return Status();
    }

    public Task<ProfileAnswer> Profile(ProfileQuestion question) => throw new NotSupportedException();

    public Task<LogChunk> ReadLog(bool standardError, long offset, int maxBytes)
    {
        if (Output is not { } output) return Task.FromResult(new LogChunk(offset, [], 0, false));
        var text = Encoding.UTF8.GetBytes(standardError ? output.Error : output.Out);
        var from = (int)Math.Min(offset, text.Length);
        var data = text.AsSpan(from, Math.Min(Math.Min(maxBytes, output.ChunkBytes), text.Length - from)).ToArray();
        return Task.FromResult(new LogChunk(from, data, text.Length, true));
    }
}

public sealed class FakeOutput
{
    public string Out { get; set; } = "";
    public string Error { get; set; } = "";
    public int ChunkBytes { get; set; } = int.MaxValue;

    /// <summary>What happens while a follower waits, one step a wait; after the last the task ends.</summary>
    public Queue<Action<FakeOutput>> Steps { get; } = [];
}
