using Granary.Model;
using Orleans;

namespace Granary.Abstractions;

/// <summary>Some ticks of a node.</summary>
/// <param name="Names">Metrics, like <c>cpu</c> or <c>disk.read/sda</c>.</param>
/// <param name="Ticks">In their order.</param>
[GenerateSerializer, Immutable, Alias("Granary.TelemetryBatch")]
public sealed record TelemetryBatch(
    [property: Id(0)] IReadOnlyList<string> Names,
    [property: Id(1)] IReadOnlyList<TelemetryTick> Ticks);

/// <summary>One tick of a node.</summary>
/// <param name="At">By the node's clock.</param>
/// <param name="Values">By the places of the names; not a number where absent.</param>
/// <param name="Qualities">By the places of the names: <see cref="ReadingSource"/>.</param>
[GenerateSerializer, Immutable, Alias("Granary.TelemetryTick")]
public sealed record TelemetryTick(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] float[] Values,
    [property: Id(2)] byte[] Qualities);

/// <param name="Metric">As in <see cref="TelemetryBatch.Names"/>.</param>
/// <param name="From">First moment; null for an hour before <paramref name="To"/>.</param>
/// <param name="To">Last moment; null for now.</param>
/// <param name="Step">From one point to the next; null for one that gives a few hundred points.</param>
[GenerateSerializer, Immutable, Alias("Granary.TelemetryQuery")]
public sealed record TelemetryQuery(
    [property: Id(0)] string Metric,
    [property: Id(1)] DateTimeOffset? From,
    [property: Id(2)] DateTimeOffset? To,
    [property: Id(3)] TimeSpan? Step);

/// <summary>A metric over a time, in points of equal length; a point without values has count 0 and is not a number.</summary>
/// <param name="Start">Beginning of the first point.</param>
/// <param name="Step">Length of a point: what was asked for, or the next longer that is kept.</param>
/// <param name="Resolution">Length of the points that these were made of.</param>
/// <param name="Quality">Of the newest value.</param>
[GenerateSerializer, Immutable, Alias("Granary.TelemetrySeries")]
public sealed record TelemetrySeries(
    [property: Id(0)] string Metric,
    [property: Id(1)] DateTimeOffset Start,
    [property: Id(2)] TimeSpan Step,
    [property: Id(3)] TimeSpan Resolution,
    [property: Id(4)] ReadingSource Quality,
    [property: Id(5)] float[] Min,
    [property: Id(6)] float[] Mean,
    [property: Id(7)] float[] Max,
    [property: Id(8)] int[] Count);

/// <summary>The last value of one metric.</summary>
[GenerateSerializer, Immutable, Alias("Granary.TelemetryValue")]
public sealed record TelemetryValue(
    [property: Id(0)] string Metric,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] float Value,
    [property: Id(3)] ReadingSource Quality);

/// <summary>A metric summed over a time.</summary>
/// <param name="Sum">Values times seconds.</param>
/// <param name="Seconds">Of the time from which there are values.</param>
/// <param name="Quality">Of the newest value.</param>
[GenerateSerializer, Immutable, Alias("Granary.TelemetryTotal")]
public sealed record TelemetryTotal(
    [property: Id(0)] string Metric,
    [property: Id(1)] double Sum,
    [property: Id(2)] double Seconds,
    [property: Id(3)] ReadingSource Quality);
