using Granary.Abstractions;
using Granary.Model;
using Orleans;

namespace Granary.Client.Tests;

/// <summary>The fake pool behind a real gateway: it outlives the server, as a journal would.</summary>
public sealed class HostedPool(FakeCluster world) : Grain, IPoolGrain
{
    private FakePool Fake => world.Pool(this.GetPrimaryKeyString());

    public Task<SubmitReply> Submit(SubmitBatch batch) => Fake.Submit(batch);

    public Task<CancelReply> Cancel(CancelRequest request) => Fake.Cancel(request);

    public Task<MigrateReply> Migrate(MigrateRequest request) => Fake.Migrate(request);

    public Task<RebalancePlan> Rebalance(RebalanceRequest request) => Fake.Rebalance(request);

    public Task<PoolView> Describe() => Fake.Describe();

    public Task<IReadOnlyList<AgentShare>> Shares() => Fake.Shares();

    public Task<TaskPage> List(TaskQuery query) => Fake.List(query);

    public Task<TaskView?> Get(long number) => Fake.Get(number);

    public Task<IReadOnlyList<TaskView>> GetMany(IReadOnlyList<long> numbers) => Fake.GetMany(numbers);

    public Task<WhatIfSubmission> WhatIfSubmit(SubmitItem item) => throw new NotSupportedException();

    public Task<TimeSpan> Measured(string node, long cpuMilli, long memoryMiB) => throw new NotSupportedException();

    public Task<WhatIfNodeLoss> WhatIfNodeLoss(string node) => throw new NotSupportedException();

    public Task<TaskExplanation> Explain(long number) => throw GranaryException.NotFound($"no task {number} here");

    public Task<ChangeBatch> Watch(long cursor, TimeSpan maxWait) => Fake.Watch(cursor, maxWait);

    public Task<PoolView> Configure(PoolSpec spec) => throw new NotSupportedException();

    public Task SetAgents(IReadOnlyList<AgentSpec> agents) => throw new NotSupportedException();

    public Task<ReserveReply> Reserve(ReserveRequest request) => throw new NotSupportedException();

    public Task<ReservationView> Unreserve(long number) => throw new NotSupportedException();

    public Task<IReadOnlyList<ReservationView>> Reservations() => throw new NotSupportedException();

    public Task SetGroups(IReadOnlyList<GroupSpec> groups) => throw new NotSupportedException();

    public Task<IReadOnlyList<GroupShare>> GroupShares() => Fake.GroupShares();

    public Task<AgentShare?> ShareOf(string agent) => throw new NotSupportedException();

    public Task<NodeUpReply> NodeUp(NodeUpRequest request) => throw new NotSupportedException();

    public Task<NodeUpReply> HostUp(string node, IReadOnlyList<Lease> live) => throw new NotSupportedException();

    public Task<CohortStanding> Standing(bool withAgents) => throw new NotSupportedException();

    public Task<IReadOnlyList<Loan>> Carry(CohortOrders orders) => throw new NotSupportedException();

    public Task NodeChanged(string node, NodeState state) => throw new NotSupportedException();

    public Task<NodeUse?> NodeUse(string node) => throw new NotSupportedException();

    public Task Report(IReadOnlyList<TaskReport> reports) => throw new NotSupportedException();

    public Task<PartStanding> Part() => throw new NotSupportedException();

    public Task<YieldedTasks?> Yield(YieldRequest request) => throw new NotSupportedException();

    public Task Take(int from, YieldedTasks tasks) => throw new NotSupportedException();

    public Task EndYield(long ticket) => throw new NotSupportedException();

    public Task<bool> ReleaseNode(string node, long move) => throw new NotSupportedException();
}

public sealed class HostedDirectory(FakeCluster world) : Grain, IDirectoryGrain
{
    public Task<IReadOnlyList<string>> Pools() => world.Directory.Pools();

    public Task<IReadOnlyList<AgentSpec>> Agents() => world.Directory.Agents();

    public Task<AgentSpec?> Agent(string id) => world.Directory.Agent(id);

    public Task<IReadOnlyList<GroupSpec>> Groups() => world.Directory.Groups();

    public Task<IReadOnlyList<string>> Nodes() => world.Directory.Nodes();

    public Task<DirectoryNames> Names() => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<string, string>> Cohorts() => throw new NotSupportedException();

    public Task<ApplyReply> Apply(ApplyRequest request) => world.Directory.Apply(request);

    public Task AddPool(string pool) => throw new NotSupportedException();

    public Task AddAgents(IReadOnlyList<AgentSpec> agents) => world.Directory.AddAgents(agents);

    public Task AddNode(string node) => throw new NotSupportedException();
}

public sealed class HostedTask(FakeCluster world) : Grain, ITaskGrain
{
    private FakeTask Fake => world.Task(this.GetPrimaryKeyString());

    public Task<TaskView> Status() => Fake.Status();

    public Task<TaskView> Wait(TimeSpan maxWait) => Fake.Wait(maxWait);

    public Task<bool> Cancel(string reason) => throw new NotSupportedException();

    public Task<CompletionReply> Complete(Completion completion) => throw new NotSupportedException();

    public Task<TaskExplanation> Explain() => throw new NotSupportedException();

    public Task<LogChunk> ReadLog(bool standardError, long offset, int maxBytes) => Fake.ReadLog(standardError, offset, maxBytes);

    public Task<ProfileAnswer> Profile(ProfileQuestion question) => Fake.Profile(question);
}
