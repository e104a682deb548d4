using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client.Tests;

/// <summary>A pool that keeps tasks and their changes in memory; tests move the tasks along and break the connection.</summary>
public sealed class FakePool(string name)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SubmitReply> _answers = [];
    private readonly List<TaskChange> _changes = [];
    private readonly Queue<(string Method, Exception Error, bool After)> _faults = [];
    private readonly Dictionary<string, TaskCompletionSource> _answered = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _watching;

    public SortedDictionary<long, TaskView> Tasks { get; } = [];

    public Dictionary<long, FakeOutput> Outputs { get; } = [];

    public List<SubmitBatch> Batches { get; } = [];

    public List<string> Calls { get; } = [];

    /// <summary>The most watch calls that were open at once.</summary>
    public int MostWatching { get; private set; }

    /// <summary>Changes up to this one are forgotten: who asks for them gets a gap.</summary>
    public long Forgotten { get; set; }

    /// <summary>The most views that fit into an answer.</summary>
    public int MostViews { get; set; } = int.MaxValue;

    /// <summary>Called when a batch has been admitted.</summary>
    public Action<SubmitBatch> Submitted { get; set; } = _ => { };

    public Func<SubmitItem, Rejection?> Reject { get; set; } = _ => null;

    /// <summary>Completes when a long poll is open.</summary>
    public Task Watching
    {
        get
        {
            lock (_lock) return _watching > 0 ? Task.CompletedTask : _watched.Task;
        }
    }

    /// <summary>Completes when a method has answered for the first time.</summary>
    public Task Answered(string method)
    {
        lock (_lock)
        {
            if (Calls.Contains(method)) return Task.CompletedTask;
            if (!_answered.TryGetValue(method, out var answered))
                _answered[method] = answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return answered.Task;
        }
    }

    /// <summary>How often a method has been called.</summary>
    public int Times(string method)
    {
        lock (_lock) return Calls.Count(c => c == method);
    }

    /// <summary>The next call of a method fails: before it does anything, or after, as when the answer is lost.</summary>
    public void Break(string method, Exception? error = null, bool after = false)
    {
        lock (_lock)
        {
            _faults.Enqueue((method, error ?? new TimeoutException("the connection broke"), after));
            if (method == nameof(Watch)) Signal();
        }
    }

    public void Move(long number, TaskState state, string reason = "")
    {
        lock (_lock)
        {
            var task = Tasks[number] = Tasks[number] with
            {
                State = state,
                Reason = reason,
                Finished = state.IsFinal() ? DateTimeOffset.UnixEpoch.AddSeconds(number) : null,
            };
            _changes.Add(new TaskChange(task.Id, task.Spec.Agent, task.Spec.Name, state, reason, "", 1, DateTimeOffset.UnixEpoch.AddSeconds(number), null));
            Signal();
        }
    }

    /// <summary>Moves a task without telling anybody, as happens while nobody listens.</summary>
    public void MoveSilently(long number, TaskState state)
    {
        lock (_lock) Tasks[number] = Tasks[number] with { State = state };
    }

    public Task<SubmitReply> Submit(SubmitBatch batch) => Answer(nameof(Submit), () =>
    {
        Batches.Add(batch);
        if (_answers.TryGetValue(batch.OperationId, out var earlier)) return earlier;
        var first = Tasks.Count + 1L;
        var rejected = new List<Rejection>();
        foreach (var item in batch.Items)
        {
            var rejection = Reject(item);
            for (var i = 0; i < item.Count; i++)
            {
                var id = new TaskId(name, Tasks.Count + 1);
                if (rejection is not null) rejected.Add(rejection with { Number = id.Number });
                Tasks[id.Number] = new TaskView
                {
                    Id = id,
                    Spec = item.Spec,
                    State = rejection is null ? TaskState.Queued : TaskState.Rejected,
                    Index = i,
                    After = item.After ?? [],
                    Submitted = DateTimeOffset.UnixEpoch.AddSeconds(id.Number),
                };
            }
        }
        _answers[batch.OperationId] = new SubmitReply(first, (int)(Tasks.Count - first + 1), rejected, ["a note"]);
        Submitted(batch);
        return _answers[batch.OperationId];
    });

    public Task<CancelReply> Cancel(CancelRequest request) => Answer(nameof(Cancel), () =>
    {
        var known = request.Numbers.Where(Tasks.ContainsKey).ToList();
        var live = known.Where(n => !Tasks[n].State.IsFinal()).ToList();
        foreach (var number in live) Move(number, TaskState.Cancelled, request.Reason);
        return new CancelReply(live, [.. known.Except(live)], [.. request.Numbers.Except(known)]);
    });

    public Task<MigrateReply> Migrate(MigrateRequest request) => Answer(nameof(Migrate), () =>
        new MigrateReply(new TaskId(name, request.Number), "a", request.To.Length > 0 ? request.To : "b", 90));

    public Task<RebalancePlan> Rebalance(RebalanceRequest request) => Answer(nameof(Rebalance), () => new RebalancePlan(name, request.Kind,
        [new PlannedMove(new TaskId(name, 1), "physics", "solve", "a", "b", "a is used 90 %, b 10 %", 90)],
        [new NodeBalance("a", "cpu=4", 0.9, 0.5), new NodeBalance("b", "cpu=4", 0.1, 0.5)], 0.8, 0, 0.4, 0, request.Kind == RebalanceKind.Consolidate ? ["a"] : [], request.Apply));

    public Task<TaskView?> Get(long number) => Answer(nameof(Get), () => Tasks.GetValueOrDefault(number));

    public Task<IReadOnlyList<TaskView>> GetMany(IReadOnlyList<long> numbers) =>
        Answer(nameof(GetMany), () => Fitting([.. numbers.Where(Tasks.ContainsKey).Select(n => Tasks[n])]));

    public Task<TaskPage> List(TaskQuery query) => Answer(nameof(List), () =>
    {
        var matching = Tasks.Values.Reverse()
            .Where(t => query.Before == 0 || t.Id.Number < query.Before)
            .Where(t => query.SubmittedFrom is not { } from || t.Submitted >= from)
            .Where(t => query.States is null || query.States.Contains(t.State))
            .Where(t => query.Agent.Length == 0 || t.Spec.Agent == query.Agent).ToList();
        var page = Fitting([.. matching.Take(query.Limit)]);
        return new TaskPage(page, page.Count < matching.Count ? page[^1].Id.Number : 0);
    });

    public Task<TaskExplanation> Explain(long number) => Answer(nameof(Explain), () => new TaskExplanation(Tasks[number], null, ["submitted"], null));

    public Task<WhatIfSubmission> WhatIfSubmit(SubmitItem item) => Answer(nameof(WhatIfSubmit), () => new WhatIfSubmission { Pool = name, Admitted = true });

    public Task<WhatIfNodeLoss> WhatIfNodeLoss(string node) => Answer(nameof(WhatIfNodeLoss), () => new WhatIfNodeLoss { Pool = name, Node = node });

    public Task<PoolView> Describe() => Answer(nameof(Describe), () => new PoolView { Spec = new PoolSpec { Name = name }, Queued = Tasks.Count });

    public List<GroupShare> Groups { get; } = [];

    public Task<IReadOnlyList<GroupShare>> GroupShares() => Answer(nameof(GroupShares), () => (IReadOnlyList<GroupShare>)[.. Groups]);

    public Task<IReadOnlyList<AgentShare>> Shares() => Answer(nameof(Shares), () => (IReadOnlyList<AgentShare>)[.. Tasks.Values.Select(t => t.Spec.Agent)
        .Distinct().Select(a => new AgentShare { Agent = a, Pool = name, Spec = new AgentSpec { Id = a } })]);

    public List<ReservationView> Made { get; } = [];

    public List<ReserveRequest> Reserved { get; } = [];

    /// <summary>Why the next reservations are refused; null to make them.</summary>
    public ReserveReply? RefuseReservations { get; set; }

    public Task<ReserveReply> Reserve(ReserveRequest request) => Answer(nameof(Reserve), () =>
    {
        Reserved.Add(request);
        if (RefuseReservations is { } refusal) return refusal;
        var known = Reserved.FindIndex(r => r.OperationId == request.OperationId);
        if (known < Made.Count) return new ReserveReply { Reservation = Made[known] };
        var start = request.Spec.From ?? DateTimeOffset.UnixEpoch.AddHours(1) + request.Spec.In;
        Made.Add(new ReservationView
        {
            Id = $"{name}/r{Made.Count + 1}",
            Pool = name,
            Spec = request.Spec with { From = start },
            Start = start,
            End = start + request.Spec.For,
            Windows = Math.Max(1, request.Spec.Count),
            Pieces = [new ReservationPiece("n1", request.Spec.Resources)],
            Made = DateTimeOffset.UnixEpoch.AddMinutes(59),
        });
        return new ReserveReply { Reservation = Made[^1], Notes = ["a note"] };
    });

    public Task<ReservationView> Unreserve(long number) => Answer(nameof(Unreserve), () =>
    {
        if (number > Made.Count || Made[(int)number - 1].State == ReservationState.Ended) throw GranaryException.NotFound($"pool {name} has no reservation r{number}");
        return Made[(int)number - 1] = Made[(int)number - 1] with { State = ReservationState.Ended, Note = "given up" };
    });

    public Task<IReadOnlyList<ReservationView>> Reservations() => Answer(nameof(Reservations), () => (IReadOnlyList<ReservationView>)[.. Made]);

    public async Task<ChangeBatch> Watch(long cursor, TimeSpan maxWait)
    {
        Task changed;
        lock (_lock)
        {
            Calls.Add(nameof(Watch));
            ThrowFault(nameof(Watch), after: false);
            if (cursor == 0) cursor = _changes.Count;
            if (maxWait == TimeSpan.Zero || _changes.Count > cursor || cursor < Forgotten) return Since(cursor);
            MostWatching = Math.Max(MostWatching, ++_watching);
            _watched.TrySetResult();
            changed = _changed.Task;
        }
        try
        {
            await changed.WaitAsync(maxWait);
        }
        catch (TimeoutException)
        {
            // nothing changed
        }
        lock (_lock)
        {
            if (--_watching == 0) _watched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ThrowFault(nameof(Watch), after: false);
            return Since(cursor);
        }
    }

    private IReadOnlyList<TaskView> Fitting(IReadOnlyList<TaskView> views) =>
        views.Count <= MostViews ? views : throw new FormatException("the answer is larger than a message may be");

    private ChangeBatch Since(long cursor) => new(_changes.Count, cursor < Forgotten, [.. _changes.Skip((int)Math.Max(cursor, Forgotten))]);

    private async Task<T> Answer<T>(string method, Func<T> answer)
    {
        await Task.Yield();
        lock (_lock)
        {
            Calls.Add(method);
            ThrowFault(method, after: false);
            var result = answer();
            ThrowFault(method, after: true);
            if (_answered.Remove(method, out var answered)) answered.SetResult();
            return result;
        }
    }

    private void ThrowFault(string method, bool after)
    {
        if (!_faults.TryPeek(out var fault) || fault.Method != method || fault.After != after) return;
        _faults.Dequeue();
        throw fault.Error;
    }

    private void Signal()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
