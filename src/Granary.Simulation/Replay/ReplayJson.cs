using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Granary.Simulation.Replay;

/// <summary>A report as scripts read it: snake_case; what does not apply is left out.</summary>
public static class ReplayJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static JsonObject Write(ReplayReport report) => JsonSerializer.SerializeToNode(report, Options)!.AsObject();
}
