using System.Text.Encodings.Web;
using System.Text.Json;

namespace Granary.Rest.Http;

/// <summary>
/// What replies are written with. Quotes and letters stay as they are: replies are read by people at a terminal, and never as HTML,
/// since each says what it is and forbids guessing.
/// </summary>
internal static class ReplyJson
{
    public static RestJson Context { get; } = new(new JsonSerializerOptions(RestJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
