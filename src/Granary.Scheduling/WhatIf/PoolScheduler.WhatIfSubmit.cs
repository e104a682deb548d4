using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Admission;
using Granary.Scheduling.Durations;
using Granary.Scheduling.Gangs;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    /// <summary>
    /// What would become of one item if it were submitted now. Nothing is changed. Pools of up to 2,000 live tasks are copied and run forward, so
    /// that the answer is what would happen if estimates were right and nothing else came; larger ones are estimated from the work ahead.
    /// </summary>
    /// <exception cref="GranaryException">Invalid, when the request itself is malformed; what the pool refuses is told in the answer.</exception>
    public WhatIfSubmission WhatIfSubmit(SubmitItem item, long now)
    {
        ArgumentNullException.ThrowIfNull(item);
        var batch = new SubmitBatch("", [item]);
        SubmitRules.Check(batch);
        batch = WithDefaults(batch);
        try
        {
            CheckAgainstPool(batch);
        }
        catch (GranaryException e)
        {
            return new WhatIfSubmission { Pool = _pool, Refusal = e.Message };
        }
        return IsSmall ? RunForward(batch, now) : Foresee(batch.Items[0], now);
    }

    private WhatIfSubmission RunForward(SubmitBatch batch, long now)
    {
        var run = new ForwardRun(Copy(), now);
        var reply = run.Pool.Submit(batch, now, run.Events, run);
        var (first, last) = (reply.First, reply.First + reply.Count - 1);
        if (reply.Rejected.Count == reply.Count)
            return new WhatIfSubmission { Pool = _pool, Refusal = reply.Rejected[0].Reason, EarliestFinish = reply.Rejected[0].EarliestFinish, Notes = reply.Notes };
        var decision = run.Pool._tasks.Find(first) is { } task ? run.Pool.Decide(task, now, recorded: false) : null;
        var position = run.Pool.Get(first, now)?.Position ?? 0;
        var ended = run.Run(MostForwardEnds, () => run.Finishes.ContainsKey(last) && run.Starts.ContainsKey(first));
        var started = run.Starts.TryGetValue(first, out var start);
        if (decision is not null && started)
            decision = decision with { PredictedStart = Clock.ToTime(start.At), PredictedFinish = Finish(run, first), Method = "forward run" };
        var (delayed, largest) = ended && run.Run(MostForwardEnds, () => false) ? Delays(run, first, now) : (null, null);
        return new WhatIfSubmission
        {
            Pool = _pool,
            Admitted = true,
            Position = started && start.At <= now ? 0 : position,
            Start = started ? Clock.ToTime(start.At) : null,
            Finish = Finish(run, last),
            Node = started ? start.Node : "",
            Decision = decision,
            Delayed = delayed,
            LargestDelayS = largest,
            Notes = [.. reply.Notes, .. reply.Rejected.Count > 0 ? [$"{reply.Rejected.Count} of {reply.Count} would be refused: {reply.Rejected[0].Reason}"] : Array.Empty<string>()],
        };
    }

    private static DateTimeOffset? Finish(ForwardRun run, long number) => run.Finishes.TryGetValue(number, out var at) ? Clock.ToTime(at) : null;

    /// <summary>Which of the tasks that wait now would start later: the pool is run forward without the submission as well.</summary>
    private (int? Delayed, double? LargestS) Delays(ForwardRun with, long first, long now)
    {
        var without = new ForwardRun(Copy(), now);
        without.Run(MostForwardEnds, () => false);
        var (delayed, largest) = (0, 0L);
        foreach (var (number, start) in with.Starts)
        {
            if (number >= first || !without.Starts.TryGetValue(number, out var before) || start.At <= before.At) continue;
            delayed++;
            largest = Math.Max(largest, start.At - before.At);
        }
        return (delayed, largest / (double)Clock.Second);
    }

    /// <summary>
    /// From the work ahead, for pools too long to run forward. What the task asks of nodes counts, and a gang counts as a whole: where and when there is room is looked for as
    /// for a waiting task. What is approximate is the wait for those before it: their work is taken to flow over all of the pool, whatever nodes they need.
    /// </summary>
    private WhatIfSubmission Foresee(SubmitItem item, long now)
    {
        var task = Hypothetical(item.Spec with { Resources = RequestOf(item.Spec) }, item.Count, now);
        try
        {
            return Foresee(task, now);
        }
        finally
        {
            if (task.Item.Shape.Terms is { } terms) _capacity.Terms.Release(terms, task.Item.Shape);
        }
    }

    private WhatIfSubmission Foresee(TaskEntry task, long now)
    {
        var spec = task.Item.Spec;
        var decision = Decide(task, now, recorded: false);
        var notes = new List<string> { $"{_tasks.Count:N0} live tasks are too many to run forward: an estimate from the work ahead" };
        if (task.Item.Shape.Terms is not null) notes.Add("only nodes that its terms allow now were counted for its room; those who go before it are taken to use any");
        if (_order.Find(spec.Agent) is null) notes.Add($"agent {spec.Agent} is not declared: it would be created with weight 1");
        var refused = decision.Checks.FirstOrDefault(c => c is { Name: "deadline", Passed: false });
        var start = decision.PredictedStart;
        return new WhatIfSubmission
        {
            Pool = _pool,
            Admitted = refused is null,
            Refusal = refused?.Detail ?? "",
            EarliestFinish = refused is not null && _admission.EarliestFinish(task, _capacity.Ready, now) is > 0 and var earliest ? Clock.ToTime(earliest) : null,
            Position = start is null || Clock.ToMicros(start.Value) > now ? 1 + (int)_ahead.Tasks : 0,
            Start = start,
            Finish = start is { } s ? s + Clock.ToSpan(task.Item.Estimate) : null,
            Decision = decision,
            Notes = notes,
        };
    }

    /// <summary>A task that is in no queue and in no table: decisions about it can be worked out, and nothing else knows of it.</summary>
    private TaskEntry Hypothetical(TaskSpec spec, int count, long now)
    {
        var agent = _order.Find(spec.Agent) ?? new AgentEntry(-1, new AgentSpec { Id = spec.Agent });
        var estimate = RunTime.Estimate(spec, agent.Durations, _options);
        var gang = count > 1 && spec.Terms is { Gang: true };
        var queue = new ShapeQueue(agent, new Shape(_lanes.ToVector(spec.Resources), 63 - (int)long.LeadingZeroCount(Math.Max(1, estimate)), 0, gang ? count : 1, TermsOf(spec)));
        var item = new ItemEntry
        {
            Spec = spec,
            Queue = queue,
            First = _nextNumber,
            Count = count,
            Submitted = now,
            Deadline = spec.Deadline is { } deadline ? now + Clock.ToMicros(deadline) : 0,
            Estimate = estimate,
            After = [],
            AfterItems = [],
            Release = now,
        };
        var task = new TaskEntry(item, _nextNumber) { ReadySince = now };
        if (gang) item.Gang = new GangEntry(item) { Waiting = count, Head = task };
        return task;
    }
}
