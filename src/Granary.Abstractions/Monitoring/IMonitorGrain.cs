using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>Looks at the telemetry of all nodes and at all pools, and tells when something is wrong (one grain, key <see cref="Key"/>).</summary>
[Alias("Granary.IMonitorGrain")]
public interface IMonitorGrain : IGrainWithStringKey
{
    const string Key = "granary";

    /// <summary>From servers, now and then: it should be looking.</summary>
    [Alias("Wake"), AlwaysInterleave]
    Task Wake();

    /// <summary>From a node's predictor: a step of the node that is not as usual. Nobody waits for it.</summary>
    [Alias("Unusual"), OneWay, AlwaysInterleave]
    Task Unusual(string node, NodeAnomaly anomaly);

    /// <summary>What fires, and on request what has ended lately; the highest levels first.</summary>
    [Alias("Alerts"), AlwaysInterleave]
    Task<IReadOnlyList<AlertView>> Alerts(bool ended);

    /// <summary>Somebody takes an alert on: it is not told again unless it gets worse.</summary>
    /// <exception cref="GranaryException">NotFound; Invalid where several ids begin so.</exception>
    [Alias("Acknowledge")]
    Task<AlertView> Acknowledge(AcknowledgeRequest request);

    [Alias("Silences"), AlwaysInterleave]
    Task<IReadOnlyList<Silence>> Silences();

    /// <exception cref="GranaryException">Invalid: no matchers, or a time that is over.</exception>
    [Alias("Silence")]
    Task<Silence> Silence(SilenceRequest request);

    /// <exception cref="GranaryException">NotFound.</exception>
    [Alias("Expire")]
    Task<Silence> Expire(string id);

    /// <summary>The rules in force.</summary>
    [Alias("Rules"), AlwaysInterleave]
    Task<IReadOnlyList<AlertRuleView>> Rules();

    /// <summary>The last advice to change the number of nodes, by pool.</summary>
    [Alias("Advice"), AlwaysInterleave]
    Task<IReadOnlyList<ScalingAdvice>> Advice();

    /// <summary>Notifications after <paramref name="cursor"/> (0: from now on), waiting up to <paramref name="maxWait"/> for the first.</summary>
    [Alias("Watch"), AlwaysInterleave]
    Task<NotificationBatch> Watch(long cursor, TimeSpan maxWait);

    /// <summary>What predictors found unusual about nodes after <paramref name="cursor"/> (0: from now on), waiting up to <paramref name="maxWait"/> for the first. The last 256 are kept.</summary>
    [Alias("WatchAnomalies"), AlwaysInterleave]
    Task<AnomalyBatch> WatchAnomalies(long cursor, TimeSpan maxWait);
}

/// <param name="Id">Or a unique beginning of one.</param>
/// <param name="Undo">Nobody has taken it on any more.</param>
[GenerateSerializer, Immutable, Alias("Granary.AcknowledgeRequest")]
public sealed record AcknowledgeRequest([property: Id(0)] string Id, [property: Id(1)] string By, [property: Id(2)] string Comment, [property: Id(3)] bool Undo = false);

/// <param name="Matchers">All must match.</param>
/// <param name="From">Null for now.</param>
/// <param name="For">How long.</param>
[GenerateSerializer, Immutable, Alias("Granary.SilenceRequest")]
public sealed record SilenceRequest(
    [property: Id(0)] IReadOnlyList<LabelMatcher> Matchers,
    [property: Id(1)] DateTimeOffset? From,
    [property: Id(2)] TimeSpan For,
    [property: Id(3)] string By,
    [property: Id(4)] string Comment);

/// <param name="Cursor">Pass to the next call.</param>
/// <param name="Gap">Some were missed.</param>
[GenerateSerializer, Immutable, Alias("Granary.NotificationBatch")]
public sealed record NotificationBatch(
    [property: Id(0)] long Cursor,
    [property: Id(1)] bool Gap,
    [property: Id(2)] IReadOnlyList<AlertNotification> Notifications);

/// <param name="Cursor">Pass to the next call.</param>
/// <param name="Gap">Some were missed.</param>
[GenerateSerializer, Immutable, Alias("Granary.AnomalyBatch")]
public sealed record AnomalyBatch(
    [property: Id(0)] long Cursor,
    [property: Id(1)] bool Gap,
    [property: Id(2)] IReadOnlyList<AnomalyOfNode> Anomalies);

/// <summary>What was unusual, and where.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AnomalyOfNode")]
public sealed record AnomalyOfNode([property: Id(0)] string Node, [property: Id(1)] NodeAnomaly Anomaly);

/// <summary>A rule as people read it. Thresholds that it does not have are null.</summary>
[GenerateSerializer, Immutable, Alias("Granary.AlertRuleView")]
public sealed record AlertRuleView(
    [property: Id(0)] string Name,
    [property: Id(1)] string Subject,
    [property: Id(2)] string Metric,
    [property: Id(3)] string Kind,
    [property: Id(4)] double? Info,
    [property: Id(5)] double? Warning,
    [property: Id(6)] double? Error,
    [property: Id(7)] double? Critical,
    [property: Id(8)] TimeSpan For,
    [property: Id(9)] string Help);
