using Granary.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Granary.Rest.Http;

/// <summary>Turns what is thrown below it, and error statuses without a body, into problem details.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted) context.Response.StatusCode = Problems.ClientClosedRequest;
            return;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            var (status, detail) = Problems.Of(error);
            if (status == 500) Failed(log, error, context.Request.Method, context.Request.Path, context.TraceIdentifier);
            // Headers that were set for the reply that will not come, such as Location, must not travel with the problem.
            context.Response.Clear();
            await Problems.Write(context, status, detail, (error as GranaryException)?.RetryAfter);
            return;
        }
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null or 0 } response)
            await Problems.Write(context, response.StatusCode, Problems.DetailOf(context, response.StatusCode));
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed ({TraceId})")]
    private static partial void Failed(ILogger log, Exception error, string method, PathString path, string traceId);
}
