using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Granary.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Http;

/// <summary>A request's JSON body: bounded, read once, and refused with the place of what is wrong.</summary>
internal static class RequestBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    private static readonly object Key = new();

    /// <summary>The body's bytes, until the request ends; a second call on the same request returns the same. A large one has taken its turn (<see cref="RequestTurn"/>).</summary>
    /// <exception cref="RestException">413 when it is larger than <see cref="RestOptions.BodyLimitBytes"/>.</exception>
    /// <exception cref="GranaryException">Busy, before it is read, when its client has too much here that is not answered.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> Bytes(HttpContext context)
    {
        if (context.Items.TryGetValue(Key, out var known)) return ((BodyBuffer)known!).Bytes;
        var limit = context.RequestServices.GetRequiredService<RestOptions>().BodyLimitBytes;
        if (context.Request.ContentLength > limit) throw TooLarge(limit);
        var room = BodyRoom.For(context);
        var buffer = new BodyBuffer(context.RequestServices.GetRequiredService<BodyArena>().Arena, limit, room);
        context.Response.RegisterForDispose(buffer);
        try
        {
            if (!await buffer.Fill(context.Request.Body, context.Request.ContentLength, context.RequestAborted)) throw TooLarge(limit);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            // The web server counts too, when a body comes in chunks.
            throw TooLarge(limit);
        }
        context.Items[Key] = buffer;
        await RequestTurn.TakeAsync(context, buffer.Bytes.Length);
        return buffer.Bytes;
    }

    /// <summary>The body as a JSON document; dispose it.</summary>
    /// <exception cref="GranaryException">Invalid, with line and column, when it is not JSON.</exception>
    public static async Task<JsonDocument> Document(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
            throw new RestException(415, "the body's Content-Type must be application/json");
        var bytes = await Bytes(context);
        if (bytes.Length == 0) throw GranaryException.Invalid("the body is empty; send a JSON object");
        if (!IsText(bytes.Span)) throw GranaryException.Invalid("the body holds text that is not Unicode: bytes that are not UTF-8, or half of a surrogate pair");
        try
        {
            return JsonDocument.Parse(bytes, Strict);
        }
        catch (JsonException error)
        {
            throw GranaryException.Invalid($"the body is not JSON at line {error.LineNumber + 1}, column {error.BytePositionInLine + 1}: {Plain(error)}");
        }
    }

    // A document is read without a look at the text in it; what takes the text out of it would then fail.
    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) return false;
        if (bytes.IndexOf("\\u"u8) < 0) return true;
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = Strict.MaxDepth });
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) _ = reader.GetString();
        }
        catch (JsonException)
        {
            // the document says better what is wrong, and where
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        return true;
    }

    /// <summary>The body as a <typeparamref name="T"/>.</summary>
    /// <exception cref="GranaryException">Invalid, with the path of what is wrong.</exception>
    public static async Task<T> Read<T>(HttpContext context, JsonTypeInfo<T> shape) where T : class
    {
        using var document = await Document(context);
        return Read(document.RootElement, shape, "");
    }

    /// <param name="path">Where <paramref name="element"/> is in the body; empty for the whole.</param>
    public static T Read<T>(JsonElement element, JsonTypeInfo<T> shape, string path) where T : class
    {
        BodyShape.Check(element, shape, path);
        try
        {
            return element.Deserialize(shape)!;
        }
        catch (JsonException error)
        {
            throw GranaryException.Invalid($"{Place(path, error.Path)}: {error.Message}");
        }
    }

    private static string Place(string path, string? inner)
    {
        var rest = inner is null or "$" ? "" : inner[1..];
        var place = (path + rest).TrimStart('.');
        return place.Length == 0 ? "the body" : Text.Clip(place);
    }

    private static RestException TooLarge(int limit) =>
        new(413, $"the body is larger than {limit} bytes; send fewer items at a time, or an array with count");

    /// <summary>The reader's own words without the position that it appends to them.</summary>
    private static string Plain(JsonException error)
    {
        var at = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var path = error.Message.IndexOf(" Path:", StringComparison.Ordinal);
        var end = at < 0 ? path : path < 0 ? at : Math.Min(at, path);
        return end < 0 ? error.Message : error.Message[..end];
    }
}
