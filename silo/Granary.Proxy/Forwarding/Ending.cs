using Granary.Model;
using Granary.Proxy.Catalog;
using Granary.Proxy.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Granary.Proxy.Forwarding;

/// <summary>How a request ended at a backend: whose doing it was, and what to answer where nothing has been.</summary>
/// <param name="Outcome">Whose doing.</param>
/// <param name="Status">To answer.</param>
/// <param name="Cause">What happened; null where the backend answered.</param>
internal readonly record struct Ending(Outcome Outcome, int Status, Exception? Cause)
{
    public static Ending Of(HttpContext context, ForwarderError error, Exchange exchange)
    {
        var cause = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        if (error == ForwarderError.None)
            return exchange.StatusCode is >= 500 and not (501 or 505) ? new(Outcome.BackendFailed, exchange.StatusCode, null) : new(Outcome.Answered, exchange.StatusCode, null);
        if (Find<BadHttpRequestException>(cause) is { } bad) return new(Outcome.CallerFailed, bad.StatusCode, cause);
        if (context.RequestAborted.IsCancellationRequested) return new(Outcome.CallerLeft, 499, cause);
        // a switch of protocols that nobody asked for
        if (exchange.StatusCode == 101 && context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }) return new(Outcome.BackendFailed, 502, cause);
        return error switch
        {
            ForwarderError.RequestCreation => new(Outcome.CallerFailed, 400, cause),
            ForwarderError.RequestBodyClient or ForwarderError.UpgradeRequestClient => new(Outcome.CallerFailed, 400, cause),
            ForwarderError.ResponseBodyClient or ForwarderError.UpgradeResponseClient => new(Outcome.CallerLeft, 499, cause),
            // our own end of a stream, as the server stops
            _ when exchange.Token.IsCancellationRequested && !exchange.TimedOut => new(Outcome.CallerLeft, 503, cause),
            // a WebSocket that nobody used for so long: nobody's fault
            ForwarderError.UpgradeActivityTimeout => new(Outcome.Answered, 504, cause),
            _ when exchange.TimedOut || error == ForwarderError.RequestTimedOut => new(Outcome.BackendFailed, 504, cause),
            _ => new(Outcome.BackendFailed, 502, cause),
        };
    }

    /// <summary>For the caller: which backend, what it did; never where it is.</summary>
    public string Detail(BackendTarget target, ServiceRuntime service)
    {
        var what = this switch
        {
            { Outcome: Outcome.CallerFailed, Status: 413 } => $"the body is larger than the {service.Spec.MaxBodyBytes} bytes that service '{service.Spec.Name}' takes",
            { Outcome: Outcome.CallerFailed } => "the request could not be passed on: its body ended before it was whole, or HTTP does not allow what is in it",
            { Status: 504 } => $"did not begin to answer within {Durations.Format(service.Spec.Timeout)}",
            _ when Find<BackendDeniedException>(Cause) is { } denied => denied.Message,
            _ when Find<HttpRequestException>(Cause) is { } failed => failed.HttpRequestError switch
            {
                HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => "cannot be connected to",
                HttpRequestError.SecureConnectionError => "has no certificate that this server trusts",
                HttpRequestError.InvalidResponse => service.Spec.Protocol == ServiceProtocol.Http1 ? "answered with what is no HTTP/1.1; where it speaks HTTP/2, set the service's protocol to http2" : "answered with what is no HTTP",
                HttpRequestError.HttpProtocolError => "broke the rules of HTTP/2, or the stream off; where it speaks HTTP/1.1 alone, set the service's protocol to http1",
                HttpRequestError.ResponseEnded => "closed the connection before it had answered",
                HttpRequestError.ConfigurationLimitExceeded => "answered with more headers than are taken",
                _ => "broke the connection off",
            },
            _ when Cause is null => $"answered with {Status}",
            _ => "broke the connection off",
        };
        return Outcome == Outcome.CallerFailed ? what : $"backend '{target.Declared.Name}' of service '{service.Spec.Name}' {what}";
    }

    private static T? Find<T>(Exception? error)
        where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found) return found;
            if (error is AggregateException many)
                foreach (var one in many.InnerExceptions)
                    if (Find<T>(one) is { } inner) return inner;
        }
        return null;
    }
}
