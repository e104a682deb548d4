using System.Collections.Frozen;
using Granary.Abstractions;

namespace Granary.Access.Rules;

/// <summary>The one table of grain methods and who may call them from outside. What is not in it is admin's alone.</summary>
/// <remarks>Calls between grains do not come here: whoever reaches a grain from outside has been let in by this table once.</remarks>
public static class GrainRules
{
    private static readonly FrozenDictionary<(Type Interface, string Method), GrainRule> Table = Build();

    /// <summary>For tests: everything that is in it.</summary>
    public static IReadOnlyCollection<(Type Interface, string Method)> Entries => Table.Keys;

    /// <summary>Null for a method that is not in the table.</summary>
    public static GrainRule? Find(Type grainInterface, string method) => Table.GetValueOrDefault((grainInterface, method));

    private static FrozenDictionary<(Type, string), GrainRule> Build()
    {
        var table = new Dictionary<(Type, string), GrainRule>();

        void Add<T>(string method, Roles roles, Func<Guarding.ScopedCall, Task>? owner = null, Func<Guarding.ScopedCall, Task>? node = null) =>
            table.Add((typeof(T), method), new GrainRule(roles, owner, node));

        // what exists
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.Pools), Roles.Everybody);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.Agents), Roles.Watchers, OwnerScopes.Agents);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.Agent), Roles.Watchers, OwnerScopes.AgentInArgument);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.Groups), Roles.Watchers, OwnerScopes.NoGroups);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.Nodes), Roles.Watchers);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.Names), Roles.Watchers);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.Cohorts), Roles.Readers);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.Apply), Roles.Operator);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.AddPool), Roles.Operator);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.AddAgents), Roles.Operator);
        Add<IDirectoryGrain>(nameof(IDirectoryGrain.AddNode), Roles.None);

        // agents
        Add<IAgentGrain>(nameof(IAgentGrain.Get), Roles.Watchers, OwnerScopes.AgentInKey);
        Add<IAgentGrain>(nameof(IAgentGrain.Set), Roles.Operator);

        // pools: for people and programs
        Add<IPoolGrain>(nameof(IPoolGrain.Submit), Roles.Tenders, OwnerScopes.Submission);
        Add<IPoolGrain>(nameof(IPoolGrain.Cancel), Roles.Tenders, OwnerScopes.Cancellation);
        Add<IPoolGrain>(nameof(IPoolGrain.Describe), Roles.Watchers);
        Add<IPoolGrain>(nameof(IPoolGrain.Shares), Roles.Watchers, OwnerScopes.Shares);
        Add<IPoolGrain>(nameof(IPoolGrain.ShareOf), Roles.Watchers, OwnerScopes.AgentInArgument);
        Add<IPoolGrain>(nameof(IPoolGrain.GroupShares), Roles.Watchers, OwnerScopes.NoGroupShares);
        Add<IPoolGrain>(nameof(IPoolGrain.List), Roles.Watchers, OwnerScopes.Listing);
        Add<IPoolGrain>(nameof(IPoolGrain.Get), Roles.Watchers, OwnerScopes.TaskInArgument);
        Add<IPoolGrain>(nameof(IPoolGrain.GetMany), Roles.Watchers, OwnerScopes.TasksInResult);
        Add<IPoolGrain>(nameof(IPoolGrain.Explain), Roles.Watchers, OwnerScopes.TaskInArgument);
        Add<IPoolGrain>(nameof(IPoolGrain.WhatIfSubmit), Roles.Watchers, OwnerScopes.Supposition);
        Add<IPoolGrain>(nameof(IPoolGrain.WhatIfNodeLoss), Roles.Readers);
        Add<IPoolGrain>(nameof(IPoolGrain.Watch), Roles.Watchers, OwnerScopes.Changes);
        Add<IPoolGrain>(nameof(IPoolGrain.Reservations), Roles.Watchers, OwnerScopes.Reservations);
        Add<IPoolGrain>(nameof(IPoolGrain.Reserve), Roles.Operator);
        Add<IPoolGrain>(nameof(IPoolGrain.Unreserve), Roles.Operator);
        Add<IPoolGrain>(nameof(IPoolGrain.Migrate), Roles.Operator);
        Add<IPoolGrain>(nameof(IPoolGrain.Rebalance), Roles.Operator);

        // pools: what directory, nodes, cohorts and fronts say to them
        foreach (var inside in (string[])[nameof(IPoolGrain.Configure), nameof(IPoolGrain.SetAgents), nameof(IPoolGrain.SetGroups), nameof(IPoolGrain.NodeUp), nameof(IPoolGrain.HostUp),
            nameof(IPoolGrain.Standing), nameof(IPoolGrain.Carry), nameof(IPoolGrain.NodeChanged), nameof(IPoolGrain.Measured), nameof(IPoolGrain.NodeUse), nameof(IPoolGrain.Report),
            nameof(IPoolGrain.Part), nameof(IPoolGrain.Yield), nameof(IPoolGrain.Take), nameof(IPoolGrain.EndYield), nameof(IPoolGrain.ReleaseNode)])
            Add<IPoolGrain>(inside, Roles.None);
        Add<ICohortGrain>(nameof(ICohortGrain.Wake), Roles.None);

        // one task's face
        Add<ITaskGrain>(nameof(ITaskGrain.Status), Roles.Watchers, OwnerScopes.TaskInKey);
        Add<ITaskGrain>(nameof(ITaskGrain.Wait), Roles.Watchers, OwnerScopes.TaskInKey);
        Add<ITaskGrain>(nameof(ITaskGrain.Explain), Roles.Watchers, OwnerScopes.TaskInKey);
        Add<ITaskGrain>(nameof(ITaskGrain.ReadLog), Roles.Watchers, OwnerScopes.TaskInKey);
        Add<ITaskGrain>(nameof(ITaskGrain.Profile), Roles.Tenders, OwnerScopes.TaskInKey);
        Add<ITaskGrain>(nameof(ITaskGrain.Cancel), Roles.Tenders, OwnerScopes.TaskInKey);
        Add<ITaskGrain>(nameof(ITaskGrain.Complete), Roles.Tenders, OwnerScopes.TaskInKey);

        // work that waits for people
        Add<IInboxGrain>(nameof(IInboxGrain.List), Roles.Watchers, OwnerScopes.Inbox);
        Add<IInboxGrain>(nameof(IInboxGrain.Claim), Roles.Tenders, OwnerScopes.TaskOfPool);
        Add<IInboxGrain>(nameof(IInboxGrain.Release), Roles.Tenders, OwnerScopes.TaskOfPool);
        Add<IInboxGrain>(nameof(IInboxGrain.Holder), Roles.None);

        // partitioned work
        Add<IDistributedWorkGrain>(nameof(IDistributedWorkGrain.Distribute), Roles.Tenders, OwnerScopes.NewWork);
        Add<IDistributedWorkGrain>(nameof(IDistributedWorkGrain.Monitor), Roles.Watchers, OwnerScopes.WorkInKey);
        Add<IDistributedWorkGrain>(nameof(IDistributedWorkGrain.Partitions), Roles.Watchers, OwnerScopes.WorkInKey);
        Add<IDistributedWorkGrain>(nameof(IDistributedWorkGrain.Cancel), Roles.Tenders, OwnerScopes.WorkInKey);
        Add<IDistributedWorkGrain>(nameof(IDistributedWorkGrain.Wake), Roles.None);
        Add<IDistributedWorkGrain>(nameof(IDistributedWorkGrain.Forget), Roles.None);
        Add<IWorkListGrain>(nameof(IWorkListGrain.List), Roles.Watchers, OwnerScopes.WorkListing);
        foreach (var inside in (string[])[nameof(IWorkListGrain.Add), nameof(IWorkListGrain.Ended), nameof(IWorkListGrain.Wake)])
            Add<IWorkListGrain>(inside, Roles.None);

        // nodes: what their agents say, what people want of them, what pools say to them
        foreach (var agent in (string[])[nameof(INodeGrain.Greet), nameof(INodeGrain.Poll), nameof(INodeGrain.Heartbeat),
            nameof(INodeGrain.Leaving), nameof(INodeGrain.Leave), nameof(INodeGrain.LogRead), nameof(INodeGrain.Completed), nameof(INodeGrain.ProfileTold), nameof(INodeGrain.TakeInventory)])
            Add<INodeGrain>(agent, Roles.Node, node: NodeScopes.NodeInKey);
        Add<INodeGrain>(nameof(INodeGrain.Join), Roles.Node, node: NodeScopes.Joining);
        Add<INodeGrain>(nameof(INodeGrain.Report), Roles.Node, node: NodeScopes.Reports);
        Add<INodeGrain>(nameof(INodeGrain.Describe), Roles.Watchers);
        Add<INodeGrain>(nameof(INodeGrain.Inventory), Roles.Watchers);
        Add<INodeGrain>(nameof(INodeGrain.Cordon), Roles.Operator);
        Add<INodeGrain>(nameof(INodeGrain.Uncordon), Roles.Operator);
        Add<INodeGrain>(nameof(INodeGrain.Drain), Roles.Operator);
        Add<INodeGrain>(nameof(INodeGrain.Profile), Roles.Operator);
        foreach (var inside in (string[])[nameof(INodeGrain.Declare), nameof(INodeGrain.Send), nameof(INodeGrain.ReadLog), nameof(INodeGrain.Complete), nameof(INodeGrain.Watch)])
            Add<INodeGrain>(inside, Roles.None);

        // what nodes did over time: their agents tell it, and everybody who may look at nodes may look at it
        Add<ITelemetryGrain>(nameof(ITelemetryGrain.Publish), Roles.Node, node: NodeScopes.NodeInKey);
        Add<ITelemetryGrain>(nameof(ITelemetryGrain.Query), Roles.Watchers);
        Add<ITelemetryGrain>(nameof(ITelemetryGrain.Latest), Roles.Watchers);

        // what nodes will do
        Add<IPredictorGrain>(nameof(IPredictorGrain.Wake), Roles.None);
        Add<IPredictorGrain>(nameof(IPredictorGrain.Forecast), Roles.Watchers);
        Add<IPredictorGrain>(nameof(IPredictorGrain.Records), Roles.Watchers);
        Add<IPredictorGrain>(nameof(IPredictorGrain.Anomalies), Roles.Watchers);
        Add<ICapacityGrain>(nameof(ICapacityGrain.OfNode), Roles.Watchers);
        Add<ICapacityGrain>(nameof(ICapacityGrain.OfPool), Roles.Watchers);

        // how pools could be shared: of everybody's, so not for agent-owners
        Add<IOptimizerGrain>(nameof(IOptimizerGrain.Wake), Roles.None);
        Add<IOptimizerGrain>(nameof(IOptimizerGrain.Plan), Roles.Readers);
        Add<IOptimizerGrain>(nameof(IOptimizerGrain.Optimize), Roles.Readers);
        Add<IOptimizerGrain>(nameof(IOptimizerGrain.Applied), Roles.Readers);
        Add<IOptimizerGrain>(nameof(IOptimizerGrain.Apply), Roles.Operator); // as IAgentGrain.Set
        Add<IOptimizerGrain>(nameof(IOptimizerGrain.Undo), Roles.Operator);

        // what became of tasks, by class: of everybody's, so not for agent-owners
        Add<IApplicationGrain>(nameof(IApplicationGrain.Record), Roles.None);
        Add<IApplicationGrain>(nameof(IApplicationGrain.Summary), Roles.Readers);
        Add<IApplicationGrain>(nameof(IApplicationGrain.Query), Roles.Watchers);
        Add<IApplicationGrain>(nameof(IApplicationGrain.RunTimes), Roles.Watchers, OwnerScopes.AgentInArgument);
        Add<IApplicationGrain>(nameof(IApplicationGrain.Latest), Roles.Watchers);
        Add<IReportGrain>(nameof(IReportGrain.Report), Roles.Watchers);

        // what is wrong with machines and pools
        Add<IMonitorGrain>(nameof(IMonitorGrain.Wake), Roles.None);
        Add<IMonitorGrain>(nameof(IMonitorGrain.Unusual), Roles.None);
        foreach (var read in (string[])[nameof(IMonitorGrain.Alerts), nameof(IMonitorGrain.Silences), nameof(IMonitorGrain.Rules), nameof(IMonitorGrain.Advice), nameof(IMonitorGrain.Watch)])
            Add<IMonitorGrain>(read, Roles.Readers);
        Add<IMonitorGrain>(nameof(IMonitorGrain.WatchAnomalies), Roles.Watchers);
        foreach (var act in (string[])[nameof(IMonitorGrain.Acknowledge), nameof(IMonitorGrain.Silence), nameof(IMonitorGrain.Expire)])
            Add<IMonitorGrain>(act, Roles.Operator);
        // energy
        Add<ITelemetryGrain>(nameof(ITelemetryGrain.Totals), Roles.Readers);
        Add<IEnergyGrain>(nameof(IEnergyGrain.Report), Roles.Readers);
        Add<IEnergyGrain>(nameof(IEnergyGrain.Plan), Roles.Readers);
        Add<IEnergyGrain>(nameof(IEnergyGrain.Active), Roles.Readers);
        Add<IEnergyGrain>(nameof(IEnergyGrain.Apply), Roles.Operator);
        Add<IEnergyGrain>(nameof(IEnergyGrain.Restore), Roles.Operator);
        Add<IEnergyGrain>(nameof(IEnergyGrain.Order), Roles.Node, node: NodeScopes.NodeInArgument);

        // services that the server passes requests on to
        Add<IServiceGrain>(nameof(IServiceGrain.Get), Roles.Watchers, OwnerScopes.ServiceInResult);
        Add<IServiceGrain>(nameof(IServiceGrain.Set), Roles.Tenders, OwnerScopes.NewService);
        Add<IServiceGrain>(nameof(IServiceGrain.Remove), Roles.Tenders, OwnerScopes.ServiceInKey);
        Add<IServiceGrain>(nameof(IServiceGrain.SetBackend), Roles.Tenders, OwnerScopes.ServiceInKey);
        Add<IServiceGrain>(nameof(IServiceGrain.RemoveBackend), Roles.Tenders, OwnerScopes.ServiceInKey);
        Add<IServiceGrain>(nameof(IServiceGrain.Wake), Roles.None);
        Add<IServiceStandingGrain>(nameof(IServiceStandingGrain.Get), Roles.Watchers, OwnerScopes.StandingOfService);
        Add<IServiceListGrain>(nameof(IServiceListGrain.List), Roles.Watchers, OwnerScopes.ServiceListing);
        foreach (var inside in (string[])[nameof(IServiceListGrain.Sync), nameof(IServiceListGrain.Enter), nameof(IServiceListGrain.Leave), nameof(IServiceListGrain.Wake)])
            Add<IServiceListGrain>(inside, Roles.None);

        // tokens
        foreach (var tokens in (string[])[nameof(ITokensGrain.List), nameof(ITokensGrain.Create), nameof(ITokensGrain.Rotate), nameof(ITokensGrain.Revoke), nameof(ITokensGrain.Sync)])
            Add<ITokensGrain>(tokens, Roles.None);
        return table.ToFrozenDictionary();
    }
}
