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
/// shares would be better; a minute later the load that came tells what that, and what each learner proposed, would have been worth beside the weights in force, and only what has won so in shadow is
/// advised. How many nodes there should be is recommended and judged likewise.
/// </summary>
[Reentrant]
public sealed partial class OptimizerGrain(
    [PersistentState("optimizer", NodeGrain.StorageName)] IPersistentState<OptimizerState> state,
    IServiceProvider services, IGrainFactory grains, TimeProvider clock, IOptions<OptimizationOptions> options, ILogger<OptimizerGrain> log) : Grain, IOptimizerGrain
{
    /// <summary>Advantages beyond this, of the reward of a step, count as this.</summary>
    private const double Range = 0.1;

    private const int NodesEvery = 6;
    private const int RolloutSteps = 20;

    private readonly SemaphoreSlim _heavy = new(1);
    private readonly MeasuredUse _measured = new();
    private readonly Contest _contest = new(LiveAdaptationStage.Names, Range);
    private string _name = "";
    private PoolHistory _history = null!;
    private NodeStreams _streams = null!;
    private PoolLearners _learners = null!;
    private LiveAdaptationStage _adaptation = null!;
    private DecisionPath _path = null!, _learning = null!;
    private SharePlan _plan = null!;
    private Task _working = Task.CompletedTask;
    private long _rounds;
    private string _complained = "";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = this.GetPrimaryKeyString();
        var told = options.Value;
        _history = new(told.Memory, told.SampleEvery);
        _streams = new(services, (node, batch) => _measured.Take(node, batch, clock.GetUtcNow()));
        _scaling = new(new()
        {
            Step = told.SampleEvery,
            Target = told.Target,
            MinNodes = told.MinNodes,
            MaxNodes = Math.Max(told.MinNodes, told.MaxNodes),
            CoreCostPerHour = told.CoreCostPerHour,
        });
        Recall();
        // what moving shares costs is little here: weights change, and tasks run on
        RolloutOptions rollouts = new() { World = new() { Steps = RolloutSteps, Step = Math.Max(0.001, told.SampleEvery.TotalSeconds * told.SamplesPerPlan / RolloutSteps), MoveLoss = 0.02 } };
        _path = StandardPath.Shared(clock, _learners.Policy, _contest.Trial("path"), rollouts: rollouts);
        _learning = _path.With("adaptation", _adaptation = new(_contest, _learners, rollouts));
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

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            if (_rounds > options.Value.SamplesPerPlan) await RememberAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotPlanned(log, _name, e.Message); // what was learned since the last time is lost
        }
    }

    public Task Wake() => Task.CompletedTask;

    public Task<SharePlan> Plan() => Task.FromResult(_plan);

    private async Task WorkAsync()
    {
        try
        {
            if (_rounds % NodesEvery == 0) await _streams.FollowAsync([.. (await NodesAsync()).Select(n => n.Node)]);
            var pool = grains.GetGrain<IPoolGrain>(_name);
            var capacity = (await pool.Describe()).Capacity.CpuMilli / 1000.0;
            var now = clock.GetUtcNow();
            _history.Observe([.. (await pool.Shares()).Select(s => Sample(s, capacity, _measured.Of(s.Agent, now)))]);
            var (agents, demand) = _history.Newest(capacity);
            _learners.Follow(agents, capacity, demand);
            ObserveScale();
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
        await AdviseScaleAsync();
        if (_history.Situation(capacity, _rounds) is not { } situation)
        {
            _plan = Without(capacity > 0 ? "no agent has wanted anything lately" : "no node of the pool is ready");
            _adaptation.Forget();
            return;
        }
        var decision = await InTurnAsync(() => _learning.Decide(situation)); // tenths of a second
        _plan = Without("") with
        {
            At = clock.GetUtcNow(),
            Capacity = capacity,
            Agents = [.. situation.Agents.Select((a, i) => new PlannedShare(a.Id, situation.History[i][^1], situation.Current![i], decision.Classical[i], decision.Candidate?[i]))],
            Advised = decision.FromPath,
            Reason = decision.Reason,
            Stages = [.. decision.Stages.Select(s => new PathStage(s.Stage, Word(s.Status), s.Reason, s.Took.TotalMilliseconds))],
        };
        if (_rounds / options.Value.SamplesPerPlan % options.Value.PlansPerSave == 0) await RememberAsync();
    }

    private static AgentSample Sample(AgentShare share, double capacity, double? measured)
    {
        var spec = share.Spec;
        var limit = spec.Limit.CpuMilli > 0 ? spec.Limit.CpuMilli / 1000.0 : (double?)null;
        return new(share.Agent, spec.Weight, spec.Guarantee.CpuMilli / 1000.0, limit, Math.Max(0, measured ?? share.Used.CpuMilli / 1000.0), share.Queued, share.Running,
            share.Succeeded + share.Failed + share.Cancelled + share.Lost, Math.Max(0, share.ReceivedShareSeconds * capacity));
    }

    private SharePlan Without(string why) => new(_name, null, 0, [], false, why, [], _contest.Trial("path").Pairs, Advantage("path"), [.. _contest.Names.Select(Contender)], _advice);

    private PlanContender Contender(string name)
    {
        var trial = _contest.Trial(name);
        var state = trial.State switch { TrialState.Acting => "acting", TrialState.Withdrawn => "withdrawn", _ => "shadow" };
        return new(name, state, trial.Pairs, Advantage(name), trial.Pairs == 0 ? 0 : trial.Advantage.Lower);
    }

    private double Advantage(string name) => _contest.Trial(name) is { Pairs: > 0 } trial ? trial.Advantage.Mean : 0;

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
