using Granary.Abstractions;
using Granary.Grains.Nodes;
using Granary.Model;
using Granary.Profiling;
using Granary.Scheduling.Energy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Energy;

/// <summary>
/// Asks what machines draw, lets the planner decide, and carries a plan out that somebody wants: parked nodes are drained, agents are told what their processors
/// should be set to. What will be changed is durable first; a round every few seconds goes on with what a crash interrupted, wakes machines for tasks that wait for room,
/// and ends a plan whose time is over.
/// </summary>
public sealed partial class EnergyGrain(
    [PersistentState("energy", NodeGrain.StorageName)] IPersistentState<EnergyState> state,
    IGrainFactory grains,
    TimeProvider clock,
    EnergyGrainOptions options,
    IServiceProvider services,
    ILogger<EnergyGrain> log) : Grain, IEnergyGrain
{
    private static readonly TimeSpan KnobsLast = TimeSpan.FromMinutes(1);
    private static readonly WaitReason[] ForRoom = [WaitReason.Capacity, WaitReason.Fragmented, WaitReason.NoNodes, WaitReason.TooLarge, WaitReason.Placement];

    private readonly Dictionary<string, (PowerKnobs Knobs, DateTimeOffset At, string Refused, PowerSetting? Did, PowerSetting? Answer)> _knobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _parking = new(StringComparer.Ordinal);

    private EnergyState State => state.State;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(RoundAsync, new GrainTimerCreationOptions(options.Round, options.Round) { KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task<EnergyReport> Report(EnergyQuery query) => new EnergyAccounts(grains, clock, services.GetService<ISeriesForecast>() ?? new DampedTrend()).ReportAsync(query);

    public async Task<EnergyPlanView> Plan(double target) => View(await MakeAsync(target));

    public async Task<EnergyPlanView> Apply(EnergyApply request)
    {
        if (State.Plan is { } active)
        {
            if (State.OperationId == request.OperationId && request.OperationId.Length > 0) return Progress(active);
            throw GranaryException.Refused("another energy plan is in force; 'granary energy --restore' puts back what it changed");
        }
        if (request.Lasts is { } lasts && lasts <= TimeSpan.Zero) throw GranaryException.Invalid("a plan must last longer than nothing, like 2h");
        var plan = await MakeAsync(request.Target);
        var now = clock.GetUtcNow();
        var view = View(plan) with { AppliedAt = now, Until = request.Lasts is { } span ? now + span : null };
        if (view.Steps.Count == 0) return view with { AppliedAt = null, Until = null };
        State.Plan = view;
        State.OperationId = request.OperationId;
        State.Settings = view.Steps.Where(s => s.Setting is not null).GroupBy(s => s.Node).ToDictionary(g => g.Key, g => Merge([.. g.Select(s => s.Setting!)]), StringComparer.Ordinal);
        var pools = (await new EnergyFacts(grains, clock).NodesAsync(Knobs())).ToDictionary(n => n.Name, n => n.Pool, StringComparer.Ordinal);
        State.Parked = [.. view.Steps.Where(s => s.Setting is null).Select(s => new ParkedNode(s.Node, pools.GetValueOrDefault(s.Node, TaskId.DefaultPool)))];
        State.Waking.RemoveAll(w => State.Parked.Any(p => p.Node == w));
        await state.WriteOrReadAgainAsync();
        LogApplied(log, view.SavesWatts, view.NowWatts, view.Steps.Count);
        return Progress(State.Plan ?? view);
    }

    public Task<EnergyPlanView?> Active() => Task.FromResult(State.Plan is { } plan ? Progress(plan) : null);

    public async Task<EnergyPlanView?> Restore()
    {
        if (State.Plan is not { } plan) return null;
        await EndAsync();
        return plan;
    }

    public Task<PowerSetting?> Order(string node, PowerKnobs knobs, string refused)
    {
        var setting = State.Settings.GetValueOrDefault(node);
        var did = _knobs.TryGetValue(node, out var before) ? before.Answer : null;
        _knobs[node] = (knobs, clock.GetUtcNow(), refused, did, setting);
        return Task.FromResult(setting);
    }

    private Dictionary<string, PowerKnobs> Knobs() =>
        _knobs.Where(k => clock.GetUtcNow() - k.Value.At < KnobsLast).ToDictionary(k => k.Key, k => k.Value.Knobs, StringComparer.Ordinal);

    private async Task<EnergyPlan> MakeAsync(double target) =>
        EnergyPlanner.Plan(await new EnergyFacts(grains, clock).NodesAsync(Knobs()), target, options.Plan);

    private async Task RoundAsync(CancellationToken cancel)
    {
        try
        {
            if (State.Plan is { Until: { } until } && clock.GetUtcNow() >= until) await EndAsync();
            if (State.Parked.Count > 0) await WakeForTasksAsync();
            await CarryOnAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogRoundFailed(log, e.Message); // the next one goes on
        }
    }

    private async Task WakeForTasksAsync()
    {
        var waits = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pool in State.Parked.Select(p => p.Pool).Distinct(StringComparer.Ordinal))
        {
            var view = await grains.GetGrain<IPoolGrain>(pool).Describe();
            // of those that go first and those behind them, while the first find no room
            var room = ForRoom.Sum(r => view.Waiting.GetValueOrDefault(r));
            waits[pool] = room == 0 ? 0 : room + view.Waiting.GetValueOrDefault(WaitReason.Share);
        }
        var wake = EnergyGuard.Wake([.. State.Parked.Select(p => (p.Node, p.Pool))], waits);
        if (wake.Count == 0) return;
        LogWoken(log, string.Join(", ", wake));
        State.Parked.RemoveAll(p => wake.Contains(p.Node));
        State.Waking.AddRange(wake);
        await state.WriteOrReadAgainAsync();
    }

    private async Task EndAsync()
    {
        LogEnded(log);
        State.Waking.AddRange(State.Parked.Select(p => p.Node));
        State.Parked = [];
        State.Settings = new(StringComparer.Ordinal);
        State.Plan = null;
        State.OperationId = "";
        await state.WriteOrReadAgainAsync();
    }

    private EnergyPlanView View(EnergyPlan plan) => new(
        plan.NowWatts, plan.Target, plan.SavesWatts, [.. plan.Actions.Select(a => new EnergyStep(Word(a.Kind), a.Node, a.Setting, a.SavesWatts, a.MovesTasks, a.Why, ""))],
        plan.Measured, plan.Note, null, null);

    private EnergyPlanView Progress(EnergyPlanView plan) => plan with { Steps = [.. plan.Steps.Select(s => s with { State = StateOf(s) })] };

    private string StateOf(EnergyStep step)
    {
        if (step.Setting is null) return State.Parked.Any(p => p.Node == step.Node) ? _parking.GetValueOrDefault(step.Node, "draining") : "woken";
        if (!_knobs.TryGetValue(step.Node, out var told) || clock.GetUtcNow() - told.At >= KnobsLast) return "its agent does not answer";
        // what it was answered last time it had done, or been refused, when it asked again
        return told.Did is null || told.Did != State.Settings.GetValueOrDefault(step.Node) ? "waits for its agent" : told.Refused.Length == 0 ? "set" : told.Refused;
    }

    private static string Word(EnergyActionKind kind) => kind switch
    {
        EnergyActionKind.SleepStates => "sleep_states",
        EnergyActionKind.Governor => "governor",
        EnergyActionKind.LimitFrequency => "limit_frequency",
        _ => "park",
    };

    private static PowerSetting Merge(IReadOnlyList<PowerSetting> settings) => new()
    {
        Frequency = settings.Min(s => s.Frequency),
        Governor = settings.Select(s => s.Governor).FirstOrDefault(g => g.Length > 0) ?? "",
        SleepStates = settings.Any(s => s.SleepStates),
    };
}
