using Granary.Access.Rules;
using Granary.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Orleans.Runtime;

namespace Granary.Rest.Http;

/// <summary>Errors as problem details (RFC 9457): a status, its title, and one line of detail.</summary>
internal static class Problems
{
    /// <summary>The caller hung up; nobody reads the status, but the log and the request counter do.</summary>
    public const int ClientClosedRequest = 499;

    /// <summary>What to answer to a failure; the detail of an unforeseen one stays in the log.</summary>
    public static (int Status, string Detail) Of(Exception error) => error switch
    {
        RestException rest => (rest.Status, rest.Message),
        GranaryException { Code: ErrorCode.Refused, RetryAfter: not null } busy => (429, busy.Message),
        AccessDeniedException denied => (403, denied.Message),
        GranaryException granary => (StatusOf(granary.Code), granary.Message),
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        OrleansMessageRejectionException => (503, "the grains are not reachable just now; try again in a moment"),
        TimeoutException => (504, "no answer in time, and the outcome is unknown; look before you repeat, or repeat with the same Idempotency-Key"),
        _ => (500, "the server failed at this call; its log has the cause under the trace id of this reply"),
    };

    public static int StatusOf(ErrorCode code) => code switch
    {
        ErrorCode.Invalid => 400,
        ErrorCode.NotFound => 404,
        ErrorCode.Refused => 409,
        ErrorCode.Unavailable => 503,
        ErrorCode.TimedOut => 504,
        _ => 500,
    };

    /// <summary>What to say of a status that came without a body.</summary>
    public static string DetailOf(HttpContext context, int status) => status switch
    {
        404 => $"nothing is at {Text.Clip(context.Request.Path)}; /openapi/v1.json lists every path",
        405 => $"{Text.Clip(context.Request.Method)} is not for {Text.Clip(context.Request.Path)}; the Allow header lists what is",
        415 => "the body's Content-Type must be application/json",
        _ => ReasonPhrases.GetReasonPhrase(status),
    };

    /// <summary>The header knows whole seconds only: never sooner than it is worth it.</summary>
    private static string WholeSeconds(TimeSpan? retryAfter) =>
        Math.Max(1, (long)Math.Ceiling((retryAfter ?? TimeSpan.Zero).TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static ProblemDetails Details(HttpContext context, int status, string detail)
    {
        var problem = new ProblemDetails
        {
            Status = status,
            Title = status == ClientClosedRequest ? "Client Closed Request" : ReasonPhrases.GetReasonPhrase(status),
            Detail = detail.ReplaceLineEndings(" "),
            Instance = context.Request.Path,
        };
        if (status >= 500) problem.Extensions["trace_id"] = context.TraceIdentifier;
        return problem;
    }

    /// <param name="retryAfter">When to ask again, for 429 and 503; a second when nothing is known.</param>
    public static async Task Write(HttpContext context, int status, string detail, TimeSpan? retryAfter = null)
    {
        context.Response.StatusCode = status;
        ReplyHeaders.Set(context.Response);
        if (status == 503 || status == 429) context.Response.Headers.RetryAfter = WholeSeconds(retryAfter);
        await context.Response.WriteAsJsonAsync(Details(context, status, detail), ReplyJson.Context.ProblemDetails, "application/problem+json");
    }
}
