using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Nodes;

/// <summary>
/// One machine. What must outlive the server (its declaration, whether it is cordoned, whether an agent had joined) is grain state; commands
/// on their way are not: the pool's journal knows every lease, and an agent that joins again is told what is expected of it.
/// </summary>
public sealed partial class NodeGrain(
    [PersistentState("node", NodeGrain.StorageName)] IPersistentState<NodeGrainState> state,
    IGrainFactory grains,
    TimeProvider clock,
    IOptions<GrainOptions> options,
    StopSignal stop,
    ILogger<NodeGrain> log) : Grain, INodeGrain
{
    public const string StorageName = "granary";

    private readonly GrainOptions _options = options.Value;
    private readonly CommandQueue _commands = new((clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
    private readonly JoinTickets _tickets = new();
    private readonly long _began = clock.GetTimestamp();
    private readonly NodeHealth _health = new(options.Value.SuspectAfter, options.Value.LostAfter);
    private readonly Dictionary<long, TaskCompletionSource<LogChunk>> _logReads = [];
    private readonly Dictionary<long, TaskCompletionSource<LeaseCompletion>> _completions = [];
    private string _name = "";
    private string? _session;
    private bool _leaving;
    private long _lastRequest;
    private NodeSample? _sample;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = this.GetPrimaryKeyString();
        if (!Names.IsValid(_name)) throw GranaryException.Invalid($"'{_name}' is no node name; use {Names.Rule}");
        if (state.State.Joined) _health.Heard(Steady);
        var period = TimeSpan.FromTicks(Math.Max(_options.SuspectAfter.Ticks / 6, TimeSpan.TicksPerMillisecond * 20));
        this.RegisterGrainTimer(CheckHealthAsync, new GrainTimerCreationOptions(period, period) { KeepAlive = true });
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _commands.Close();
        return Task.CompletedTask;
    }

    public async Task<NodeView> Declare(NodeSpec spec)
    {
        if (spec.Name != _name) throw GranaryException.Invalid($"node '{_name}' was declared as '{spec.Name}'");
        CheckPool(spec);
        var known = state.State.Spec;
        // an agent that is there knows its machine's capacity better than the file; the file decides pool and labels
        var declared = known is { } && state.State.Joined && !spec.Simulated ? spec with { Capacity = known.Capacity, Labels = Merge(spec.Labels, NodeOffers.Of(known.Labels)) } : spec;
        declared = state.State.Joined && !spec.Simulated ? declared with { Traits = Merge(spec.Traits, known?.Traits is { Scheduled: { } scheduled } ? new() { Scheduled = scheduled } : null) } : WithDeclared(declared);
        // its agent follows calendars: it hears of others when it joins, and a session that is not known makes it join
        if (known?.Traits?.Declared != spec.Traits?.Declared) _session = null;
        if (known != declared)
        {
            if (known is { } && known.Pool != declared.Pool && state.State.Joined)
                await grains.GetGrain<IPoolGrain>(known.Pool).NodeChanged(_name, NodeState.Down);
            state.State.Spec = declared;
            _told = null;
            await state.WriteOrReadAgainAsync();
        }
        if (state.State.Joined) await grains.GetGrain<IPoolGrain>(declared.Pool).NodeUp(new NodeUpRequest(declared, CurrentState, null));
        return View();
    }

    public Task<string> Greet(string session) => Task.FromResult(_tickets.Issue(session));

    public async Task<JoinReply> Join(JoinRequest request)
    {
        if (request.Spec.Name != _name) throw GranaryException.Invalid($"node '{_name}' was joined as '{request.Spec.Name}'");
        CheckPool(request.Spec);
        if (!_tickets.Take(request.Session, request.Ticket)) throw GranaryException.Unavailable($"node {_name}: this join came late or twice; greet and join again");
        var declared = state.State.Spec;
        // the pool named in a fleet file wins over the agent's default; labels of both count
        var spec = declared is null ? request.Spec : request.Spec with
        {
            Pool = request.Spec.Pool == TaskId.DefaultPool ? declared.Pool : request.Spec.Pool,
            // what it carries out is the agent's to say: an executor that is gone is no more
            Labels = Merge(NodeOffers.Without(declared.Labels), request.Spec.Labels),
            Traits = Merge(declared.Traits, request.Spec.Traits),
        };
        if (_session is not null && _session != request.Session) LogReplaced(log, _name);
        _session = request.Session;
        _leaving = false;
        _commands.Restart();
        _health.Heard(Steady);
        if (!state.State.Joined || state.State.Spec != spec || state.State.RunsAs != request.RunsAs)
        {
            state.State.Spec = spec;
            state.State.Joined = true;
            state.State.JoinedAt = clock.GetUtcNow();
            state.State.AgentVersion = request.AgentVersion;
            state.State.RunsAs = request.RunsAs;
            await state.WriteOrReadAgainAsync();
        }
        await RegisterAsync(spec);
        var (expected, stale) = await ReconcileAsync(spec, request.Live);
        _told = null;
        return new JoinReply(expected, stale, _options.HeartbeatEvery, spec.Traits?.Declared);
    }

    // before its agent is there, so that what needs it can wait for it
    private NodeSpec WithDeclared(NodeSpec spec)
    {
        if (spec.Traits?.Declared is not { } text) return spec;
        var (resources, now) = (DeclaredResource.Parse(text), clock.GetUtcNow());
        return spec with { Capacity = DeclaredResource.AddTo(spec.Capacity, resources, now), Traits = spec.Traits with { Scheduled = DeclaredResource.Schedule(resources, now) } };
    }

    // what was declared of the machine stands where its agent says nothing; what follows calendars only the agent knows
    private static NodeTraits? Merge(NodeTraits? declared, NodeTraits? told)
    {
        var traits = told is null || told == new NodeTraits { Scheduled = told.Scheduled } ? declared : told with { Declared = declared?.Declared ?? told.Declared };
        traits = (traits ?? new NodeTraits()) with { Scheduled = told?.Scheduled };
        return traits == new NodeTraits() ? null : traits;
    }

    /// <summary>A part of a sharded pool has the nodes that its front gave it, and no others.</summary>
    private void CheckPool(NodeSpec spec)
    {
        if (!Names.IsValid(spec.Pool)) throw GranaryException.Invalid($"node {_name}: {ShardNames.Outside(spec.Pool) ?? $"'{spec.Pool}' is no pool name; use {Names.Rule}"}");
    }

    /// <summary>Asks the node's pool, and every pool that has borrowed a part of it, which leases stand.</summary>
    private async Task<(List<Assignment> Expected, List<Lease> Stale)> ReconcileAsync(NodeSpec spec, IReadOnlyList<Lease> live)
    {
        var own = await grains.GetGrain<IPoolGrain>(spec.Pool).NodeUp(new NodeUpRequest(spec, CurrentState, [.. live.Where(l => l.Task.Pool == spec.Pool)]));
        List<Assignment> expected = [.. own.Expected];
        List<Lease> stale = [.. own.Stale];
        foreach (var pool in own.Borrowers.Concat(live.Select(l => l.Task.Pool)).Where(p => p != spec.Pool && Names.IsValid(p)).Distinct())
        {
            var other = await grains.GetGrain<IPoolGrain>(pool).HostUp(_name, [.. live.Where(l => l.Task.Pool == pool)]);
            expected.AddRange(other.Expected);
            stale.AddRange(other.Stale);
        }
        return (expected, stale);
    }

    public async Task<NodeCommands> Poll(PollRequest request)
    {
        await CheckSessionAsync(request.Session);
        _commands.Acknowledge(request.Acknowledged);
        var wait = request.MaxWait < _options.LongestPoll ? request.MaxWait : _options.LongestPoll;
        if (_commands.IsEmpty && wait > TimeSpan.Zero) await WaitForCommandsAsync(wait);
        return _session == request.Session ? _commands.Read() : new NodeCommands(0, []);
    }

    /// <summary>While the server stops, agents ask again soon: what they have yet to stop must reach them, and no stop may wait for a poll.</summary>
    private async Task WaitForCommandsAsync(TimeSpan wait)
    {
        if (await Waits.UntilAsync(Task.WhenAny(_commands.Arrival, stop.Stopping), wait, clock) && _commands.IsEmpty)
            await Waits.UntilAsync(_commands.Arrival, TimeSpan.FromMilliseconds(100), clock);
    }

    public async Task Report(string session, IReadOnlyList<TaskReport> reports)
    {
        await CheckSessionAsync(session);
        foreach (var group in reports.GroupBy(r => r.Lease.Task.Pool).Where(g => Names.IsValid(g.Key)))
            await grains.GetGrain<IPoolGrain>(group.Key).Report([.. group]);
    }

    public Task Heartbeat(string session, NodeSample sample)
    {
        var checkedIn = CheckSessionAsync(session);
        _sample = sample;
        _ = TellUseAsync(sample);
        return checkedIn;
    }

    public async Task Leaving(string session)
    {
        await CheckSessionAsync(session);
        _leaving = true;
        await grains.GetGrain<IPoolGrain>(Spec.Pool).NodeChanged(_name, CurrentState);
    }

    public async Task Leave(string session)
    {
        if (session != _session) return;
        _session = null;
        _leaving = false;
        _commands.Close();
        state.State.Joined = false;
        await state.WriteOrReadAgainAsync();
        await grains.GetGrain<IPoolGrain>(Spec.Pool).NodeChanged(_name, NodeState.Down);
        _health.Forget();
    }

    public Task Send(IReadOnlyList<NodeCommand> commands)
    {
        // without an agent there is nobody to tell: the one that joins is told by the pool's answer
        if (_session is not null) _commands.Add(commands);
        return Task.CompletedTask;
    }

    public Task<NodeView> Cordon() => SetUpkeepAsync(NodeState.Cordoned);

    public Task<NodeView> Uncordon() => SetUpkeepAsync(NodeState.Ready);

    public Task<NodeView> Drain() => SetUpkeepAsync(NodeState.Draining);

    public Task Watch(string pool)
    {
        // activation did it; the pool is told again, since it may have heard of this node by an activation that died with its silo or was one too many
        _told = null;
        return Task.CompletedTask;
    }

    public async Task<NodeView> Describe()
    {
        var use = await grains.GetGrain<IPoolGrain>(Spec.Pool).NodeUse(_name);
        return use is null ? View() : View() with { Used = use.Used, Tasks = use.Tasks };
    }

    private NodeSpec Spec => state.State.Spec ?? throw GranaryException.NotFound($"no node '{_name}'; 'granary nodes' lists them");
}
