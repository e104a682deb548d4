using System.Text.Json;

namespace Granary.Cli.Output;

/// <summary>Words of closed lists as options and files write them.</summary>
internal static class Words
{
    /// <summary><c>MlAdaptive</c> is <c>ml_adaptive</c>.</summary>
    public static string Snake<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
