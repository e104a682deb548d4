using Granary.Abstractions;
using Granary.Abstractions.Diagnostics;
using Granary.Model;
using Granary.Scheduling;
using Granary.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Grains.Pools;

/// <summary>
/// One pool: turns calls into commands of its <see cref="PoolScheduler"/>, makes the events durable, then acts on them. Reentrant: while
/// one batch is being written the next is being decided, each decision within one turn.
/// </summary>
[Reentrant]
public sealed partial class PoolGrain(
    IPoolStore store,
    IGrainFactory grains,
    TimeProvider clock,
    IOptions<GrainOptions> options,
    SchedulerOptions schedulerOptions,
    StopSignal stop,
    AdmissionGate gate,
    ILogger<PoolGrain> log) : Grain, IPoolGrain
{
    private readonly GrainOptions _options = options.Value;
    private PoolScheduler _scheduler = null!;
    private ChangeLog _changes = null!;
    private string _pool = "";

    /// <summary>What the store knows it by: the pool's name, but for a part of a sharded pool.</summary>
    private string _key = "";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = this.GetPrimaryKeyString();
        _isPart = ShardNames.TryParse(_key, out _pool, out _);
        if (!_isPart) _pool = _key;
        if (!Names.IsValid(_pool)) throw GranaryException.Invalid($"'{_pool}' is no pool name; use {Names.Rule}");
        await RecoverAsync(cancellationToken);
        FaceParts();
        _changes = new ChangeLog(_options.ChangesKept, Now);
        StartClock();
        WakeCohorts();
        _waking = WakeNodesAsync(); // not awaited: a node that joins meanwhile waits for this activation
        Kick();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _ended = true;
        PoolMeters.Left(_key);
        _front?.End();
        _changes.Announce();
        _front?.Wake();
        if (_failure is null)
        {
            await _pump;
            await _saving;
            if (_failure is null && _journalBytes > 0) await SaveAsync(BeginSnapshot(), _sequence, int.MaxValue);
        }
    }

    public async Task<PoolView> Configure(PoolSpec spec)
    {
        var batch = Open();
        var view = _scheduler.Configure(spec, Now, batch.Events, batch);
        await CommitAsync(batch);
        WakeCohorts();
        FaceParts();
        return _front is null ? view : await _front.Configure();
    }

    public async Task SetAgents(IReadOnlyList<AgentSpec> agents)
    {
        var batch = Open();
        _scheduler.SetAgents(agents, Now, batch.Events, batch);
        await CommitAsync(batch); // in a turn: who returned the bare task would be told on another thread
        if (_front is not null) await _front.SetAgents();
    }

    public async Task SetGroups(IReadOnlyList<GroupSpec> groups)
    {
        var batch = Open();
        _scheduler.SetGroups(groups, Now, batch.Events, batch);
        await CommitAsync(batch);
        if (_front is not null) await _front.SetGroups();
    }

    public async Task<SubmitReply> Submit(SubmitBatch request)
    {
        gate.Require();
        var batch = Open();
        CheckExists();
        if (_writing is not null && batch.Events.Count >= _options.UnwrittenEvents)
            throw GranaryException.Busy($"pool {_pool} is behind with its journal: {batch.Events.Count} events wait to be written; come back in 1s, or raise Grains:UnwrittenEvents", TimeSpan.FromSeconds(1));
        if (_front is not null) return await _front.Submit(request);
        if (request.Number != 0 && !_isPart) throw GranaryException.Invalid($"pool {_pool}: a submission does not choose its numbers; leave 'number' out");
        request = Traced(request, out var admitting);
        try
        {
            var reply = _scheduler.Submit(request, Now, batch.Events, batch);
            await CommitAsync(batch);
            PoolMeters.Submissions.Add(reply.Count, PoolMeters.Tag(_pool));
            return reply;
        }
        finally
        {
            GranaryDiagnostics.End(admitting);
        }
    }

    public async Task<CancelReply> Cancel(CancelRequest request)
    {
        if (_front is not null) return await _front.Cancel(request);
        var batch = Open();
        var reply = _scheduler.Cancel(request, Now, batch.Events, batch);
        await CommitAsync(batch);
        return await SortOutUnknownAsync(reply);
    }

    public async Task<NodeUpReply> NodeUp(NodeUpRequest request)
    {
        if (_front is not null) return await _front.NodeUp(request);
        var batch = Open();
        var reply = _scheduler.NodeUp(request, Now, batch.Events, batch);
        await CommitAsync(batch);
        return reply;
    }

    public async Task NodeChanged(string node, NodeState state)
    {
        if (_front is not null)
        {
            await _front.NodeChanged(node, state);
            return;
        }
        var batch = Open();
        _scheduler.NodeChanged(node, state, Now, batch.Events, batch);
        await CommitAsync(batch);
    }

    public async Task Report(IReadOnlyList<TaskReport> reports)
    {
        if (_front is not null)
        {
            await _front.Report(reports);
            return;
        }
        var batch = Open();
        var ending = Ending(reports);
        _scheduler.Report(reports, Now, batch.Events, batch);
        await CommitAsync(batch);
        ending?.ForEach(GranaryDiagnostics.End);
    }

    /// <summary>A grain exists by being called, a pool by being declared.</summary>
    private void CheckExists()
    {
        if (_sequence == 0 && _open.IsEmpty && _writing is null)
            throw GranaryException.NotFound($"no pool '{_pool}'; 'granary pools' lists them, 'granary apply' declares one");
    }

    private long Now => clock.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond - DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
