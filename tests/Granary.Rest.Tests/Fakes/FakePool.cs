using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

internal sealed class FakePool(FakeCluster cluster, PoolSpec spec) : IPoolGrain
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SubmitReply> _operations = new(StringComparer.Ordinal);
    private readonly List<TaskChange> _changes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PoolSpec Spec { get; set; } = spec;
    public ResourceSet Capacity { get; set; } = new() { CpuMilli = 4000, MemoryMiB = 4096 };
    public List<TaskView> Tasks { get; } = [];
    public List<SubmitBatch> Batches { get; } = [];
    public List<AgentShare> AgentShares { get; } = [];

    /// <summary>Output by (number, is standard error).</summary>
    public Dictionary<(long, bool), byte[]> Logs { get; } = [];

    /// <summary>How often output was read.</summary>
    public int LogReads { get; set; }

    /// <summary>What reading output waits for; null for nothing.</summary>
    public Task? LogHeld { get; set; }

    /// <summary>Changes up to this cursor are forgotten.</summary>
    public long Forgotten { get; set; }

    /// <summary>Why a submission with a deadline is rejected; null to keep every promise.</summary>
    public Rejection? RejectDeadlines { get; set; }

    /// <summary>Submissions wait for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Holds a watcher's call open: set by the fake while somebody waits for changes.</summary>
    public TaskCompletionSource Watched { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<SubmitReply> Submit(SubmitBatch batch)
    {
        cluster.Check();
        await Gate;
        lock (_gate)
        {
            if (_operations.TryGetValue(batch.OperationId, out var known)) return known;
            Batches.Add(batch);
            var first = Tasks.Count + 1;
            var rejected = new List<Rejection>();
            foreach (var item in batch.Items)
                for (var i = 0; i < item.Count; i++)
                {
                    var number = Tasks.Count + 1;
                    var refuse = item.Spec.Deadline is not null ? RejectDeadlines : null;
                    if (refuse is not null) rejected.Add(refuse with { Number = number });
                    Tasks.Add(new()
                    {
                        Id = new(Spec.Name, number),
                        Spec = item.Spec,
                        State = refuse is null ? TaskState.Queued : TaskState.Rejected,
                        WaitReason = refuse is null ? WaitReason.Capacity : WaitReason.None,
                        Index = i,
                        Submitted = cluster.Now,
                        Position = refuse is null ? number : 0,
                        Deadline = cluster.Now + item.Spec.Deadline,
                        After = item.After ?? [],
                    });
                }
            var reply = new SubmitReply(first, Tasks.Count + 1 - first, rejected, ["agent was created with weight 1"]);
            _operations[batch.OperationId] = reply;
            return reply;
        }
    }

    /// <summary>Changes a task and tells the watchers.</summary>
    public void Change(long number, Func<TaskView, TaskView> change)
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            var view = Tasks[(int)number - 1] = change(Tasks[(int)number - 1]);
            _changes.Add(new(view.Id, view.Spec.Agent, view.Spec.Name, view.State, view.Reason, view.Node, view.Attempt, cluster.Now, view.Exit?.Code));
            (told, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        told.SetResult();
    }

    /// <summary>Completed at the next change.</summary>
    public Task NextChange
    {
        get
        {
            lock (_gate) return _changed.Task;
        }
    }

    public Task<WhatIfSubmission> WhatIfSubmit(SubmitItem item) => Task.FromResult(new WhatIfSubmission
    {
        Pool = Spec.Name,
        Admitted = item.Spec.Agent != "nobody",
        Refusal = item.Spec.Agent == "nobody" ? "infeasible" : "",
        Position = 3,
    });

    public Task<WhatIfNodeLoss> WhatIfNodeLoss(string node) => Task.FromResult(new WhatIfNodeLoss
    {
        Pool = Spec.Name,
        Node = node,
        BrokenPromises = [new TaskId(Spec.Name, 7)],
        Verdict = "much",
    });

    public async Task<ChangeBatch> Watch(long cursor, TimeSpan maxWait)
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                // The cursor of n changes is n + 1, so that 0 is nobody's.
                var now = _changes.Count + 1;
                if (cursor == 0) cursor = now;
                if (cursor - 1 < Forgotten) return new(now, true, []);
                if (cursor < now || maxWait == TimeSpan.Zero) return new(now, false, [.. _changes.Skip((int)cursor - 1)]);
                next = _changed.Task;
            }
            Watched.TrySetResult();
            await next;
        }
    }

    public Task<PoolView> Describe()
    {
        cluster.Check();
        lock (_gate)
            return Task.FromResult(new PoolView
            {
                Spec = Spec,
                Capacity = Capacity,
                Used = new() { CpuMilli = 500 },
                Nodes = cluster.Nodes.Count,
                ReadyNodes = cluster.Nodes.Count,
                Queued = Tasks.Count(t => t.State == TaskState.Queued),
                Running = Tasks.Count(t => t.State == TaskState.Running),
                Succeeded = Tasks.Count(t => t.State == TaskState.Succeeded),
                Waiting = Tasks.Where(t => t.State == TaskState.Queued).GroupBy(t => t.WaitReason).ToDictionary(g => g.Key, g => g.Count()),
                Created = cluster.Now,
                Decisions = 42,
            });
    }

    public Task<TaskPage> List(TaskQuery query)
    {
        cluster.Check();
        lock (_gate)
        {
            var rows = Tasks.AsEnumerable().Reverse()
                .Where(t => (query.Before == 0 || t.Id.Number < query.Before)
                    && (query.Agent.Length == 0 || t.Spec.Agent == query.Agent) && (query.Name.Length == 0 || t.Spec.Name == query.Name)
                    && (query.States is null || query.States.Contains(t.State))
                    && (query.SubmittedFrom is null || t.Submitted >= query.SubmittedFrom) && (query.SubmittedTo is null || t.Submitted < query.SubmittedTo)
                    && (query.Labels is null || query.Labels.All(l => t.Spec.Labels?.GetValueOrDefault(l.Key) == l.Value)))
                .Take(query.Limit + 1).ToList();
            return Task.FromResult(rows.Count <= query.Limit ? new TaskPage(rows, 0) : new([.. rows.Take(query.Limit)], rows[query.Limit - 1].Id.Number));
        }
    }

    public Task<IReadOnlyList<AgentShare>> Shares()
    {
        cluster.Check();
        return Task.FromResult<IReadOnlyList<AgentShare>>(AgentShares);
    }

    public List<GroupShare> GroupShareList { get; } = [];

    public Task<IReadOnlyList<GroupShare>> GroupShares()
    {
        cluster.Check();
        return Task.FromResult<IReadOnlyList<GroupShare>>(GroupShareList);
    }

    public Task<AgentShare?> ShareOf(string agent) => Task.FromResult(AgentShares.FirstOrDefault(s => s.Agent == agent));

    public Task<TaskView?> Get(long number) => Task.FromResult(Tasks.ElementAtOrDefault((int)number - 1));

    public List<ReservationView> Made { get; } = [];

    /// <summary>Why reservations are refused; null to make them.</summary>
    public ReserveReply? RefuseReservations { get; set; }

    public Task<ReserveReply> Reserve(ReserveRequest request)
    {
        cluster.Check();
        if (RefuseReservations is { } refusal) return Task.FromResult(refusal);
        var start = request.Spec.From ?? cluster.Now + request.Spec.In;
        Made.Add(new()
        {
            Id = $"{Spec.Name}/r{Made.Count + 1}",
            Pool = Spec.Name,
            Spec = request.Spec with { From = start },
            State = ReservationState.Upcoming,
            Start = start,
            End = start + request.Spec.For,
            Windows = Math.Max(1, request.Spec.Count),
            Pieces = [new("n1", request.Spec.Resources)],
            Made = cluster.Now,
        });
        return Task.FromResult(new ReserveReply { Reservation = Made[^1], Notes = ["a note"] });
    }

    public Task<ReservationView> Unreserve(long number)
    {
        var index = (int)number - 1;
        if (index >= Made.Count || Made[index].State == ReservationState.Ended) throw GranaryException.NotFound($"no reservation r{number}");
        return Task.FromResult(Made[index] = Made[index] with { State = ReservationState.Ended, Note = "given up" });
    }

    public Task<IReadOnlyList<ReservationView>> Reservations()
    {
        cluster.Check();
        return Task.FromResult<IReadOnlyList<ReservationView>>([.. Made]);
    }

    public Task<MigrateReply> Migrate(MigrateRequest request) => request.To == "full"
        ? throw GranaryException.Refused("task default/1 cannot go to node full: what is free there is set aside for others")
        : Task.FromResult(new MigrateReply(new TaskId(Spec.Name, request.Number), "a", request.To.Length > 0 ? request.To : "b", 12.5));

    public Task<RebalancePlan> Rebalance(RebalanceRequest request) => Task.FromResult(new RebalancePlan(Spec.Name, request.Kind,
        [new PlannedMove(new TaskId(Spec.Name, 1), "physics", "", "a", "b", "a is used 90 %, b 10 %", 3)], [new NodeBalance("a", "cpu=4", 0.9, 0.5)],
        0.8, 0, 0.4, 0, [], request.Apply));

    public Task<PoolView> Configure(PoolSpec spec) => throw NotForRest();
    public Task SetGroups(IReadOnlyList<GroupSpec> groups) => throw NotForRest();
    public Task SetAgents(IReadOnlyList<AgentSpec> agents) => throw NotForRest();
    public Task<CancelReply> Cancel(CancelRequest request) => throw NotForRest();
    public Task<IReadOnlyList<TaskView>> GetMany(IReadOnlyList<long> numbers) => throw NotForRest();
    public Task<TaskExplanation> Explain(long number) => throw NotForRest();
    public Task<NodeUpReply> NodeUp(NodeUpRequest request) => throw NotForRest();
    public Task<NodeUpReply> HostUp(string node, IReadOnlyList<Lease> live) => throw NotForRest();

    public Task<CohortStanding> Standing(bool withAgents) => throw NotForRest();

    public Task<IReadOnlyList<Loan>> Carry(CohortOrders orders) => throw NotForRest();

    public Task NodeChanged(string node, NodeState state) => throw NotForRest();
    public Task<TimeSpan> Measured(string node, long cpuMilli, long memoryMiB) => throw NotForRest();

    public Task<NodeUse?> NodeUse(string node) => throw NotForRest();

    public Task Report(IReadOnlyList<TaskReport> reports) => throw NotForRest();

    public Task<PartStanding> Part() => throw NotForRest();

    public Task<YieldedTasks?> Yield(YieldRequest request) => throw NotForRest();

    public Task Take(int from, YieldedTasks tasks) => throw NotForRest();

    public Task EndYield(long ticket) => throw NotForRest();

    public Task<bool> ReleaseNode(string node, long move) => throw NotForRest();

    private static InvalidOperationException NotForRest() => new("REST does not call this");
}
