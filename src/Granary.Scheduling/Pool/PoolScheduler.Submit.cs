using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Admission;
using Granary.Scheduling.Durations;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>Admits a batch, all or none. A repeated operation id gets its first answer and changes nothing.</summary>
    /// <exception cref="GranaryException">Invalid, Refused (with <see cref="GranaryException.RetryAfter"/> when there is too much just now) or NotFound, before anything has changed.</exception>
    public SubmitReply Submit(SubmitBatch batch, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var answered = _operations.Find(batch.OperationId ?? "");
        if (answered is null) CheckRoom(batch, now);
        SubmitRules.Check(batch);
        if (answered is not null) return answered;
        batch = WithDefaults(batch);
        CheckAgainstPool(batch);
        TakeTokens();
        PlanPromises(now);

        var notes = new List<string>();
        var rejected = new List<Rejection>();
        var specs = batch.Items.Count > 1 ? new Dictionary<TaskSpec, TaskSpec>(SpecSharing.Instance) : null;
        var runs = new NumberRun[batch.Items.Count];
        var first = batch.Number > 0 ? batch.Number : _nextNumber; // a part of a sharded pool is given its numbers
        var next = first;
        for (var i = 0; i < batch.Items.Count; i++)
        {
            var item = batch.Items[i];
            if (_order.Find(item.Spec.Agent) is null)
            {
                Emit(new PoolEvent(EventKind.AgentSet, now, Detail: new AgentSpec { Id = item.Spec.Agent }), events, effects);
                notes.Add($"agent {item.Spec.Agent} was not declared: created with weight 1");
            }
            runs[i] = new NumberRun(next, item.Count);
            next += item.Count;
            Admit(item, Shared(item.Spec, specs), runs, i, now, events, effects);
            if (item.Spec.Deadline is not null)
            {
                var refused = rejected.Count;
                AdmitDeadlines(runs[i], now, events, effects, rejected, notes);
                if (rejected.Count - refused < item.Count) NoteBasis(runs[i], now, events, effects, notes);
            }
        }
        CancelBroken(now, events, effects);
        foreach (var run in runs) RecordDecision(run.First, now);
        var reply = new SubmitReply(first, (int)(next - first), rejected, notes);
        if (batch.OperationId.Length > 0)
            Emit(new PoolEvent(EventKind.OperationRecorded, now, Detail: new OperationRecord(batch.OperationId, reply)), events, effects);
        return reply;
    }

    private TaskSpec Shared(TaskSpec spec, Dictionary<TaskSpec, TaskSpec>? specs)
    {
        if (RequestOf(spec) is var request && request != spec.Resources) spec = spec with { Resources = request };
        if (specs is null) return spec;
        if (specs.TryGetValue(spec, out var same)) return same;
        specs.Add(spec, spec);
        return spec;
    }

    private void Admit(SubmitItem item, TaskSpec spec, NumberRun[] runs, int at, long now, EventBatch events, IPoolEffects effects)
    {
        long[] after = item.After is { Count: > 0 } ids ? [.. ids.Select(id => id.Number)] : [];
        NumberRun[] afterItems = item.AfterItems is { Count: > 0 } positions ? [.. positions.Select(p => runs[p])] : [];
        var estimate = RunTime.Estimate(spec, _order.Find(spec.Agent)!.Durations, _options, spec.Deadline is null ? null : PromiseConfidence);
        var admitted = new AdmittedItem(spec, after, afterItems, estimate);
        Emit(new PoolEvent(EventKind.Admitted, now, runs[at].First, Count: item.Count, Detail: admitted), events, effects);
    }

    /// <summary>Refuses the members whose deadline cannot be kept.</summary>
    private void AdmitDeadlines(NumberRun run, long now, EventBatch events, IPoolEffects effects, List<Rejection> rejected, List<string> notes)
    {
        var ready = _capacity.Promisable;
        if (ready.Count == 0)
        {
            notes.Add("no node is ready yet: deadlines were accepted untested");
            return;
        }
        if (_tasks.Find(run.First)!.Item.Gang is { } gang)
        {
            AdmitGang(gang, ready, now, events, effects, rejected);
            return;
        }
        for (var number = run.First; number < run.First + run.Count; number++)
        {
            var task = _tasks.Find(number)!;
            if (_admission.TryPromise(task, ready, now, out var earliest)) continue;
            var deadline = Clock.Text(task.Item.Deadline - now);
            var reason = earliest == 0
                ? $"deadline {deadline} cannot be kept: no ready node is large enough"
                : $"deadline {deadline} cannot be kept: earliest finish in {Clock.TextUp(earliest - now)}";
            rejected.Add(new Rejection(number, reason, earliest == 0 ? null : Clock.ToTime(earliest)));
            Emit(new PoolEvent(EventKind.Rejected, now, number, Value: earliest, Count: 1, Detail: reason), events, effects);
        }
    }

    /// <summary>What a batch must satisfy in this pool as it is.</summary>
    private void CheckAgainstPool(SubmitBatch batch)
    {
        _lanes.CheckRoom(batch.Items.Select(i => i.Spec.Resources));
        var sizes = _capacity.AnyDeclared && !Borrows; // a cohort may have a node that is large enough
        for (var i = 0; i < batch.Items.Count; i++)
        {
            var item = batch.Items[i];
            var agent = _order.Find(item.Spec.Agent);
            if (agent is null && !_options.AutoCreateAgents)
                throw GranaryException.NotFound($"item {i}: agent {item.Spec.Agent} is not declared in pool {_pool}; declare it first");
            foreach (var id in item.After ?? [])
            {
                if (id.Pool != _pool) throw GranaryException.Invalid($"item {i}: waits for task {id}, which is not of pool {_pool}; submit it there");
                if (IsElsewhere(id.Number)) throw Moved(id.Number, "submit");
                if (id.Number <= 0 || id.Number >= _nextNumber) throw GranaryException.NotFound($"item {i}: waits for task {id}, which does not exist");
            }
            var request = _lanes.ToVector(RequestOf(item.Spec), out var unknown);
            if (sizes && (unknown is not null || _capacity.IsTooLarge(request)))
                throw GranaryException.Refused($"item {i}: infeasible: {Describe(request, unknown)}");
            CheckGang(item, request, agent, i, sizes);
            if (sizes && item.Spec.Terms?.Placement is { Require.Count: > 0 } terms && !_capacity.AnyCouldUse(request, terms))
                throw GranaryException.Refused($"item {i}: infeasible: {DescribeLabels(terms)}");
            if (agent is { IsLimited: true }) CheckLimits(agent, request, i, $"needs {_lanes.ToSet(request)}", "ask for less");
        }
    }

    /// <summary>Why no node holds a request: the lane that the nearest node lacks most, with what would help.</summary>
    private string Describe(in ResourceVector request, string? unknown)
    {
        if (unknown is not null) return $"needs {unknown}; no node of pool {_pool} has any; add a node that has";
        for (var lane = 0; lane < ResourceVector.Lanes; lane++)
        {
            var largest = _capacity.Nodes.Where(n => n.State is not (NodeState.Lost or NodeState.Down)).MaxBy(n => n.Potential[lane]);
            if (largest is null || request[lane] <= largest.Potential[lane]) continue;
            var name = _lanes.Name(lane);
            return $"needs {name}={Quantity.Format(name, request[lane])}; the largest node {largest.Spec.Name} has {name}={Quantity.Format(name, largest.Potential[lane])}; lower --{name} or add a node";
        }
        var asked = request;
        var gpu = _capacity.Nodes.Select(n => n.Devices?.Memory.OfEach ?? 0).DefaultIfEmpty().Max();
        if (gpu > 0 && _capacity.Nodes.Any(n => asked.FitsIn(n.Potential)))
            return $"needs {_lanes.ToSet(request)}; no GPU of pool {_pool} has so much memory, the largest has {Quantity.Format(ResourceNames.GpuMemory, gpu)}; lower gpu_memory, or take more GPUs";
        return $"needs {_lanes.ToSet(request)}; no single node has that much of everything; ask for less or add a node";
    }
}
