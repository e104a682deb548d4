using System.Security.Cryptography;
using System.Text;
using Granary.Model;
using Granary.Rest.Access;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Http;

namespace Granary.Rest.Repeats;

/// <summary>Gives a change that carries an Idempotency-Key the reply of the first call with that key.</summary>
internal sealed class RepeatFilter(RepeatedReplies replies) : IEndpointFilter
{
    public const string Header = "Idempotency-Key";
    public const string RepeatedHeader = "Idempotency-Replayed";
    public const int MaxKeyLength = 64;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (KeyOf(http.Request) is not { } key) return await next(context);
        var fingerprint = await Fingerprint(http);
        // A key is its caller's own: nobody gets another's reply by guessing it.
        // The reply is made by the endpoint but written by each call: writing it twice gives the same bytes twice.
        var (result, repeated) = await replies.Once($"{CurrentCaller.Of(http).Id} {key}", fingerprint, async () => await next(context));
        if (repeated) http.Response.Headers[RepeatedHeader] = "true";
        return result;
    }

    /// <summary>The request's key; null without one.</summary>
    /// <exception cref="GranaryException">Invalid when it is not 1 to 64 visible ASCII characters.</exception>
    public static string? KeyOf(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values)) return null;
        var key = values.ToString();
        return values.Count == 1 && key.Length is > 0 and <= MaxKeyLength && key.All(c => c is > ' ' and < '\x7f')
            ? key
            : throw GranaryException.Invalid($"the {Header} header must be 1 to {MaxKeyLength} visible ASCII characters, such as a UUID");
    }

    private static async Task<string> Fingerprint(HttpContext context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n"));
        hash.AppendData((await RequestBody.Bytes(context)).Span);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
