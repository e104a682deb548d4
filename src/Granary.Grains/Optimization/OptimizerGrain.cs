using Granary.Abstractions;
using Granary.Grains.Nodes;
using Granary.Grains.Telemetry;
using Granary.Model;
using Granary.Optimization.Live;
using Granary.Optimization.Path;
using Granary.Optimization.Policy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Granary.Grains.Optimization;

/// <summary>
/// Watches a pool's agents: what they hold and what waits from the pool, what their tasks really use from the streams of its nodes. Every minute the path decides, off the grain's turns, what
/// shares would be better; a minute later the load that came tells what that would have been worth beside max-min fairness, and only a path that has won so in shadow is advised.
/// </summary>
[Reentrant]
public sealed partial class OptimizerGrain(
    [PersistentState("optimizer", NodeGrain.StorageName)] IPersistentState<OptimizerState> state,
    IServiceProvider services, IGrainFactory grains, TimeProvider clock, IOptions<OptimizationOptions> options, ILogger<OptimizerGrain> log) : Grain, IOptimizerGrain
{
    /// <summary>Most outcomes that are kept: a trial is decided long before.</summary>
    private const int MostPairs = 2_000;

    /// <summary>Advantages beyond this count as this: the reward goes from 0 to 1.</summary>
    private const double Range = 0.25;

    private const int NodesEvery = 6;

    private readonly SemaphoreSlim _heavy = new(1);
    private readonly MeasuredUse _measured = new();
    private readonly ShadowTrial _trial = new(Range);
    private string _name = "";
    private PoolHistory _history = null!;
    private NodeStreams _streams = null!;
    private DecisionPath _path = null!;
    private SharePlan _plan = null!;
    private (PathSituation Situation, double[] Classical, double[]? Path)? _last;
    private Task _working = Task.CompletedTask;
    private long _rounds;
    private string _complained = "";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = this.GetPrimaryKeyString();
        var told = options.Value;
        _history = new(told.Memory, told.SampleEvery);
        _streams = new(services, (node, batch) => _measured.Take(node, batch, clock.GetUtcNow()));
        foreach (var (classical, path) in state.State.Classical.Zip(state.State.Path)) _trial.Observe(classical, path);
        _path = StandardPath.Create(clock, trial: _trial);
        _plan = Without(told.Enabled ? "the pool is being watched; nothing has been planned yet" : "nothing is planned here: Optimization:Enabled is false");
        if (!told.Enabled) return Task.CompletedTask;
        this.RegisterGrainTimer(
            _ =>
            {
                if (_working.IsCompleted) _working = WorkAsync();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, told.SampleEvery) { Interleave = true });
        return Task.CompletedTask;
    }

    public Task Wake() => Task.CompletedTask;

    public Task<SharePlan> Plan() => Task.FromResult(_plan);

    private async Task WorkAsync()
    {
        try
        {
            if (_rounds % NodesEvery == 0) await _streams.FollowAsync(await NodesAsync());
            var pool = grains.GetGrain<IPoolGrain>(_name);
            var capacity = (await pool.Describe()).Capacity.CpuMilli / 1000.0;
            var now = clock.GetUtcNow();
            _history.Observe([.. (await pool.Shares()).Select(s => Sample(s, capacity, _measured.Of(s.Agent, now)))]);
            if (++_rounds % options.Value.SamplesPerPlan == 0) await PlanAsync(capacity);
            _complained = "";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (e.Message == _complained) return;
            _complained = e.Message;
            LogNotPlanned(log, _name, e.Message);
        }
    }

    private async Task PlanAsync(double capacity)
    {
        if (_history.Situation(capacity, _rounds) is not { } situation)
        {
            _plan = Without(capacity > 0 ? "no agent has wanted anything lately" : "no node of the pool is ready");
            _last = null;
            return;
        }
        if (_last is { } last && PlanRewards.Compare(last.Situation, last.Classical, last.Path, situation) is { } outcome) situation = situation with { Outcome = outcome };
        var decision = await InTurnAsync(() => _path.Decide(situation)); // tenths of a second
        _last = (situation, decision.Classical, decision.Candidate);
        _plan = new(_name, clock.GetUtcNow(), capacity,
            [.. situation.Agents.Select((a, i) => new PlannedShare(a.Id, situation.History[i][^1], situation.Current![i], decision.Classical[i], decision.Candidate?[i]))],
            decision.FromPath, decision.Reason, [.. decision.Stages.Select(s => new PathStage(s.Stage, Word(s.Status), s.Reason, s.Took.TotalMilliseconds))], _trial.Pairs, Advantage);
        if (situation.Outcome is { } known) await RememberAsync(known);
    }

    private async Task RememberAsync((double Classical, double Path) outcome)
    {
        if (state.State.Path.Count >= MostPairs) return;
        state.State.Classical.Add(outcome.Classical);
        state.State.Path.Add(outcome.Path);
        await state.WriteStateAsync();
    }

    private async Task<IReadOnlyList<string>> NodesAsync()
    {
        var names = await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Nodes();
        var views = await Task.WhenAll(names.Select(n => grains.GetGrain<INodeGrain>(n).Describe()));
        return [.. views.Where(v => v.Spec.Pool == _name && v.State is not (NodeState.Declared or NodeState.Down)).Select(v => v.Spec.Name)];
    }

    private static AgentSample Sample(AgentShare share, double capacity, double? measured)
    {
        var spec = share.Spec;
        var limit = spec.Limit.CpuMilli > 0 ? spec.Limit.CpuMilli / 1000.0 : (double?)null;
        return new(share.Agent, spec.Weight, spec.Guarantee.CpuMilli / 1000.0, limit, Math.Max(0, measured ?? share.Used.CpuMilli / 1000.0), share.Queued, share.Running,
            share.Succeeded + share.Failed + share.Cancelled + share.Lost, Math.Max(0, share.ReceivedShareSeconds * capacity));
    }

    private double Advantage => _trial.Pairs == 0 ? 0 : _trial.Advantage.Mean;

    private SharePlan Without(string why) => new(_name, null, 0, [], false, why, [], _trial.Pairs, Advantage);

    private static string Word(StageStatus status) => status switch
    {
        StageStatus.Done => "done",
        StageStatus.TooLittle => "too_little",
        StageStatus.Declined => "declined",
        StageStatus.Failed => "failed",
        _ => "skipped",
    };

    [LoggerMessage(1, LogLevel.Warning, "pool {Pool} could not be planned, it is tried again: {Why}")]
    private static partial void LogNotPlanned(ILogger logger, string pool, string why);
}
