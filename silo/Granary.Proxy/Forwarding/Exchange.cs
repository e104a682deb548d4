using Granary.Proxy.Catalog;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Granary.Proxy.Forwarding;

/// <summary>One request on its way to one backend: what is changed of it, what is changed of the answer, and the time within which the answer has to begin.</summary>
internal sealed class Exchange : HttpTransformer, IDisposable
{
    private readonly ServiceRuntime _service;
    private readonly BackendTarget _target;
    private readonly string _prefix;
    private readonly bool _mayRetry;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _deadline;
    private CancellationTokenRegistration _onStop;
    private volatile int _statusCode;

    public Exchange(ServiceRuntime service, BackendTarget target, string prefix, bool mayRetry, CancellationToken stopping, TimeProvider clock)
    {
        (_service, _target, _prefix, _mayRetry, _stopping) = (service, target, prefix, mayRetry, stopping);
        _deadline = new CancellationTokenSource(service.Spec.Timeout, clock);
    }

    /// <summary>Ends the exchange.</summary>
    public CancellationToken Token => _deadline.Token;

    /// <summary>The answer did not begin in time.</summary>
    public bool TimedOut => StatusCode == 0 && _deadline.IsCancellationRequested;

    /// <summary>When the answer began, by the balancer's clock; 0 for not.</summary>
    public long AnsweredUs { get; private set; }

    /// <summary>The backend's; 0 for none.</summary>
    public int StatusCode => _statusCode;

    /// <summary>Nothing of the answer was passed on: another backend may give a better one.</summary>
    public bool Withheld { get; private set; }

    /// <summary>Cookie that the answer gives to a caller without a session; null for none.</summary>
    public string? NewSession { get; init; }

    /// <summary>Something of the request's body has come: the answer may take its time from now on again.</summary>
    public void BodyMoves()
    {
        if (StatusCode != 0) return;
        _deadline.CancelAfter(_service.Spec.Timeout);
        if (StatusCode != 0) _deadline.CancelAfter(Timeout.InfiniteTimeSpan); // it has begun in between
    }

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        httpContext.Request.Path.StartsWithSegments(_prefix, out var rest);
        proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, rest.HasValue ? rest : new PathString("/"), httpContext.Request.QueryString);
        RequestHeaders.Change(httpContext, proxyRequest, _prefix);
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null) return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        _statusCode = (int)proxyResponse.StatusCode;
        AnsweredUs = Math.Max(1, _service.Balancer.NowUs);
        _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        if (_mayRetry && StatusCode is 502 or 503 or 504 && _service.Budget.TryRetry(_service.Balancer.NowUs))
        {
            Withheld = true;
            return false;
        }
        if (StatusCode == 101 || IsStream(proxyResponse.Content.Headers.ContentType?.MediaType))
            _onStop = _stopping.UnsafeRegister(static e => ((Exchange)e!)._deadline.Cancel(), this);
        if (StatusCode != 101 && proxyResponse.Content.Headers.ContentLength is null) proxyResponse.Content = new PromptContent(proxyResponse.Content, httpContext.Response);
        AnswerHeaders.Prepare(httpContext.Response);
        var passOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        AnswerHeaders.Change(httpContext.Response, _prefix, _target.Prefix);
        if (NewSession is { } session) AnswerHeaders.Give(httpContext.Response, _service.Spec.AffinityCookie, session, _prefix);
        return passOn;
    }

    /// <summary>An answer that may go on for as long as the server does.</summary>
    private static bool IsStream(string? mediaType) => mediaType == "text/event-stream" || mediaType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    public void Dispose()
    {
        _onStop.Dispose();
        _deadline.Dispose();
    }
}
