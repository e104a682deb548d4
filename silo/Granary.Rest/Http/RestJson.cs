using System.Text.Json.Serialization;
using Granary.Abstractions.Json;
using Granary.Distribution.Requests;
using Granary.Model;
using Granary.Rest.Agents;
using Granary.Rest.Alerts;
using Granary.Rest.Allocation;
using Granary.Rest.Distributed;
using Granary.Rest.Energy;
using Granary.Rest.Events;
using Granary.Rest.Groups;
using Granary.Rest.Health;
using Granary.Rest.Inbox;
using Granary.Rest.Metrics;
using Granary.Rest.Nodes;
using Granary.Rest.Optimization;
using Granary.Rest.Pools;
using Granary.Rest.Profiling;
using Granary.Rest.Reservations;
using Granary.Rest.Services;
using Granary.Rest.Tasks;
using Granary.Rest.WhatIf;
using Microsoft.AspNetCore.Mvc;

namespace Granary.Rest.Http;

/// <summary>Every body that REST reads and writes, generated at build time. The shared records are as the command line writes them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters =
    [
        typeof(ResourceSetConverter), typeof(UtcTimeConverter), typeof(DurationConverter), typeof(OneOrManyConverter),
        typeof(ByteSizeConverter), typeof(PoolStrategyConverter),
        typeof(PoolModeConverter), typeof(PriorityClassConverter), typeof(LossPolicyConverter), typeof(TaskStateConverter),
        typeof(WaitReasonConverter), typeof(ExitCauseConverter), typeof(NodeStateConverter), typeof(ReservationStateConverter), typeof(FairnessPreemptionConverter), typeof(FairQueueingConverter), typeof(RebalanceKindConverter),
        typeof(WaitReasonConverter), typeof(ExitCauseConverter), typeof(NodeStateConverter), typeof(ReservationStateConverter), typeof(FairnessPreemptionConverter), typeof(FairQueueingConverter),
        typeof(WaitReasonConverter), typeof(ExitCauseConverter), typeof(NodeStateConverter), typeof(ReservationStateConverter),
        typeof(WaitReasonConverter), typeof(ExitCauseConverter), typeof(NodeStateConverter), typeof(TaskIdConverter),
        typeof(PartitionByConverter), typeof(WorkFlowConverter), typeof(PoisonPolicyConverter), typeof(WorkStateConverter), typeof(PartitionStateConverter),
        typeof(ServiceAlgorithmConverter), typeof(ServiceProtocolConverter), typeof(BackendStateConverter), typeof(BreakerStateConverter),
    ])]
[JsonSerializable(typeof(TaskRequest))]
[JsonSerializable(typeof(TaskBatchRequest))]
[JsonSerializable(typeof(SubmittedJson))]
[JsonSerializable(typeof(Page<TaskJson>))]
[JsonSerializable(typeof(ExplanationJson))]
[JsonSerializable(typeof(PoolRequest))]
[JsonSerializable(typeof(Page<PoolJson>))]
[JsonSerializable(typeof(AgentRequest))]
[JsonSerializable(typeof(Page<AgentJson>))]
[JsonSerializable(typeof(GroupRequest))]
[JsonSerializable(typeof(Page<GroupJson>))]
[JsonSerializable(typeof(IReadOnlyList<QuotaJson>))]
[JsonSerializable(typeof(NodeRequest))]
[JsonSerializable(typeof(Page<NodeJson>))]
[JsonSerializable(typeof(IReadOnlyList<TelemetryValueJson>))]
[JsonSerializable(typeof(TelemetrySeriesJson))]
[JsonSerializable(typeof(PredictedSeriesJson))]
[JsonSerializable(typeof(NodeAnomaliesJson))]
[JsonSerializable(typeof(CapacityJson))]
[JsonSerializable(typeof(IReadOnlyList<RunTimeJson>))]
[JsonSerializable(typeof(SharePlanJson))]
[JsonSerializable(typeof(OptimizeBody))]
[JsonSerializable(typeof(ApplyPlanBody))]
[JsonSerializable(typeof(OptimizationJson))]
[JsonSerializable(typeof(AppliedWeightsJson))]
[JsonSerializable(typeof(IReadOnlyList<PredictionRecordJson>))]
[JsonSerializable(typeof(ApplicationJson))]
[JsonSerializable(typeof(AlertJson))]
[JsonSerializable(typeof(IReadOnlyList<AlertJson>))]
[JsonSerializable(typeof(SilenceJson))]
[JsonSerializable(typeof(IReadOnlyList<SilenceJson>))]
[JsonSerializable(typeof(IReadOnlyList<AlertRuleJson>))]
[JsonSerializable(typeof(IReadOnlyList<ScalingAdviceJson>))]
[JsonSerializable(typeof(AcknowledgeBody))]
[JsonSerializable(typeof(SilenceBody))]
[JsonSerializable(typeof(EnergyRequest))]
[JsonSerializable(typeof(EnergyJson))]
[JsonSerializable(typeof(EnergyPlanJson))]
[JsonSerializable(typeof(Page<InboxItemJson>))]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(CompletionJson))]
[JsonSerializable(typeof(ClaimRequest))]
[JsonSerializable(typeof(ReservationRequest))]
[JsonSerializable(typeof(ReservationJson))]
[JsonSerializable(typeof(Page<ReservationJson>))]
[JsonSerializable(typeof(AllocationRequest))]
[JsonSerializable(typeof(AllocationJson))]
[JsonSerializable(typeof(DistributedRequest))]
[JsonSerializable(typeof(WorkJson))]
[JsonSerializable(typeof(Page<WorkEntryJson>))]
[JsonSerializable(typeof(Page<PartitionJson>))]
[JsonSerializable(typeof(ServiceBody))]
[JsonSerializable(typeof(ServiceBackendBody))]
[JsonSerializable(typeof(ServiceJson))]
[JsonSerializable(typeof(Page<ServiceEntryJson>))]
[JsonSerializable(typeof(ProfileRequest))]
[JsonSerializable(typeof(ProfileReply))]
[JsonSerializable(typeof(MigrationJson))]
[JsonSerializable(typeof(RebalanceJson))]
[JsonSerializable(typeof(NodeLossRequest))]
[JsonSerializable(typeof(WhatIfSubmission))]
[JsonSerializable(typeof(WhatIfNodeLoss))]
[JsonSerializable(typeof(TaskChangeJson))]
[JsonSerializable(typeof(HelloJson))]
[JsonSerializable(typeof(GapJson))]
[JsonSerializable(typeof(AnomalyGapJson))]
[JsonSerializable(typeof(AnomalyEventJson))]
[JsonSerializable(typeof(ClusterJson))]
[JsonSerializable(typeof(HealthJson))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(IReadOnlyList<RejectionJson>))]
[JsonSerializable(typeof(string))]
internal sealed partial class RestJson : JsonSerializerContext;
