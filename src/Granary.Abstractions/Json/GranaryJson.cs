using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>The JSON that scripts read, the same from REST and from the command line's <c>-o json</c>: snake_case, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters =
    [
        typeof(ResourceSetConverter), typeof(UtcTimeConverter), typeof(PoolStrategyConverter), typeof(PoolModeConverter),
        typeof(PriorityClassConverter), typeof(LossPolicyConverter), typeof(TaskStateConverter), typeof(WaitReasonConverter),
        typeof(ExitCauseConverter), typeof(NodeStateConverter), typeof(ReservationStateConverter), typeof(DurationConverter),
        typeof(FairnessPreemptionConverter), typeof(FairQueueingConverter), typeof(RebalanceKindConverter),
        typeof(FairnessPreemptionConverter), typeof(FairQueueingConverter),
        typeof(ExitCauseConverter), typeof(NodeStateConverter), typeof(ReservationStateConverter),
        typeof(ExitCauseConverter), typeof(NodeStateConverter), typeof(TaskIdConverter),
        typeof(WorkStateConverter), typeof(PartitionStateConverter), typeof(ServiceAlgorithmConverter), typeof(ServiceProtocolConverter), typeof(BackendStateConverter), typeof(BreakerStateConverter),
    ])]
[JsonSerializable(typeof(TaskJson))]
[JsonSerializable(typeof(IReadOnlyList<TaskJson>))]
[JsonSerializable(typeof(ExplanationJson))]
[JsonSerializable(typeof(TaskChangeJson))]
[JsonSerializable(typeof(WhatIfSubmission))]
[JsonSerializable(typeof(WhatIfNodeLoss))]
[JsonSerializable(typeof(PoolJson))]
[JsonSerializable(typeof(IReadOnlyList<PoolJson>))]
[JsonSerializable(typeof(AgentJson))]
[JsonSerializable(typeof(IReadOnlyList<AgentJson>))]
[JsonSerializable(typeof(GroupJson))]
[JsonSerializable(typeof(QuotaJson))]
[JsonSerializable(typeof(MigrationJson))]
[JsonSerializable(typeof(RebalanceJson))]
[JsonSerializable(typeof(NodeJson))]
[JsonSerializable(typeof(IReadOnlyList<NodeJson>))]
[JsonSerializable(typeof(TelemetrySeriesJson))]
[JsonSerializable(typeof(PredictedSeriesJson))]
[JsonSerializable(typeof(NodeAnomaliesJson))]
[JsonSerializable(typeof(AnomalyEventJson))]
[JsonSerializable(typeof(CapacityJson))]
[JsonSerializable(typeof(CapacityDatesJson))]
[JsonSerializable(typeof(RunTimeJson))]
[JsonSerializable(typeof(SharePlanJson))]
[JsonSerializable(typeof(PlannedShareJson))]
[JsonSerializable(typeof(OptimizationJson))]
[JsonSerializable(typeof(PlanOptionJson))]
[JsonSerializable(typeof(AppliedWeightsJson))]
[JsonSerializable(typeof(AppliedWeightJson))]
[JsonSerializable(typeof(PredictionRecordJson))]
[JsonSerializable(typeof(TelemetryValueJson))]
[JsonSerializable(typeof(EnergyJson))]
[JsonSerializable(typeof(EnergyPlanJson))]
[JsonSerializable(typeof(ApplicationJson))]
[JsonSerializable(typeof(ClassMetricsJson))]
[JsonSerializable(typeof(ErrorPattern))]
[JsonSerializable(typeof(IReadOnlyList<UseReportJson>))]
[JsonSerializable(typeof(UseReportJson))]
[JsonSerializable(typeof(AlertJson))]
[JsonSerializable(typeof(SilenceJson))]
[JsonSerializable(typeof(AlertRuleJson))]
[JsonSerializable(typeof(ScalingAdviceJson))]
[JsonSerializable(typeof(NotificationJson))]
[JsonSerializable(typeof(InboxItemJson))]
[JsonSerializable(typeof(CompletionJson))]
[JsonSerializable(typeof(ReservationJson))]
[JsonSerializable(typeof(IReadOnlyList<ReservationJson>))]
[JsonSerializable(typeof(ServiceJson))]
[JsonSerializable(typeof(ServiceBackendJson))]
[JsonSerializable(typeof(ServiceEntryJson))]
[JsonSerializable(typeof(WorkJson))]
[JsonSerializable(typeof(WorkEntryJson))]
[JsonSerializable(typeof(PartitionJson))]
public sealed partial class GranaryJson : JsonSerializerContext;
