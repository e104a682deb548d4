using System.Text.Json;

namespace Granary.Abstractions.Json;

/// <summary>Use, bottlenecks, predictions and suggestions, as scripts read them.</summary>
/// <param name="Of"><c>node n1</c>, <c>task default/17</c>.</param>
public sealed record UseReportJson(string Of, DateTimeOffset At, IReadOnlyList<UseValueJson> CurrentUse, IReadOnlyList<BottleneckJson> Bottlenecks,
    IReadOnlyList<UsePredictionJson> Predictions, IReadOnlyList<string> Suggestions)
{
    public static byte[] Encode(IReadOnlyList<UseReportJson> reports) => JsonSerializer.SerializeToUtf8Bytes(reports, GranaryJson.Default.IReadOnlyListUseReportJson);

    public static IReadOnlyList<UseReportJson> Decode(byte[] bytes) => JsonSerializer.Deserialize(bytes, GranaryJson.Default.IReadOnlyListUseReportJson) ?? [];
}

/// <param name="Quality"><c>measured</c>, <c>estimated</c> or <c>absent</c>.</param>
public sealed record UseValueJson(string Metric, double Value, string Unit, string Quality);

/// <param name="Kind"><c>cpu</c>, <c>memory</c>, <c>disk</c>, <c>network</c>, <c>lock</c>, <c>gc</c>, <c>throttling</c>, <c>swap</c>, <c>noisy_neighbour</c>.</param>
/// <param name="Severity"><c>warning</c> or <c>critical</c>.</param>
public sealed record BottleneckJson(string Kind, string Severity, string Of, DateTimeOffset From, DateTimeOffset To, string What, IReadOnlyList<EvidenceJson> Evidence, string Suggestion);

/// <param name="Limit">The threshold that was passed; null where it only says more.</param>
public sealed record EvidenceJson(string Name, double Value, double? Limit);

/// <summary>What a metric is expected to be.</summary>
/// <param name="AheadS">Seconds from now.</param>
/// <param name="Lower">Of an interval that holds about 80%.</param>
/// <param name="ReachesLimitInS">Null when it is not expected to, within the time looked ahead.</param>
public sealed record UsePredictionJson(string Metric, string Unit, double AheadS, double Value, double Lower, double Upper, double? Limit, double? ReachesLimitInS, string Model);
