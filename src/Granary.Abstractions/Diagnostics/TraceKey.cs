namespace Granary.Abstractions.Diagnostics;

/// <summary>Names by which a span's context travels with a call: those that Orleans' own propagation uses.</summary>
public static class TraceKey
{
    public const string Parent = "traceparent";
}
