using Granary.Abstractions;
using Granary.Access.Rules;
using Granary.Balancing;
using Granary.Balancing.Backends;
using Granary.Proxy.Catalog;
using Granary.Proxy.Metrics;
using Granary.Rest.Access;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace Granary.Proxy.Forwarding;

/// <summary>
/// Passes one request on: the balancer chooses the backend, YARP moves the bytes both ways, and how it ended is told to the balancer. Another backend is tried
/// only where repeating does no harm (RFC 9110, 9.2.2), nothing of the body was read, nothing of an answer was passed on, and the retry budget has room.
/// </summary>
internal sealed class ServiceForwarder(ServiceCatalog services, IHttpForwarder forwarder, BackendClient client, ServiceMeters meters, ProxyOptions options, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private const int LooksForAnother = 4;

    private int _open;

    public async Task HandleAsync(HttpContext context)
    {
        var name = (string)context.GetRouteValue("name")!;
        var service = await services.FindAsync(name, context.RequestAborted) ?? throw new RestException(404, $"there is no service '{Text.Clip(name)}'; GET /api/services lists those that there are");
        var caller = CurrentCaller.Of(context);
        if (caller.Role == Role.AgentOwner && !service.Spec.Shared && !caller.Owns(service.Spec.Agent))
            throw new AccessDeniedException($"{caller} may not call service '{service.Spec.Name}': it is of another agent and not shared");
        if (RequestHeaders.HopsOf(context.Request) >= RequestHeaders.MostHops) throw new RestException(508, $"the request has come through {RequestHeaders.MostHops} servers: services call each other in a circle");
        Bound(context, service);
        if (Interlocked.Increment(ref _open) > options.MaxRequests)
        {
            Interlocked.Decrement(ref _open);
            throw new RestException(503, $"{options.MaxRequests} requests to services are under way, the most at one time; try again in a moment");
        }
        try
        {
            if (!service.TryEnter(options.MaxRequestsPerService)) throw new RestException(503, $"{options.MaxRequestsPerService} requests to service '{service.Spec.Name}' are under way, the most at one time; try again in a moment");
            try
            {
                await ForwardAsync(context, service);
            }
            finally
            {
                service.Exit();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task ForwardAsync(HttpContext context, ServiceRuntime service)
    {
        var prefix = $"/services/{service.Spec.Name}";
        context.Request.Path.StartsWithSegments(prefix, out var path);
        var body = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false ? null : new WatchedBody(context.Request.Body);
        if (body is not null) context.Request.Body = body;
        var isSafeToRepeat = context.Request.Method is "GET" or "HEAD" or "OPTIONS" or "PUT" or "DELETE" && context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true };
        var request = RequestKey.Of(context, service, path, out var newSession);
        var config = new ForwarderRequestConfig { ActivityTimeout = service.Spec.IdleTimeout, Version = service.Version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var balancer = service.Balancer;
        service.Budget.RecordRequest(balancer.NowUs);
        string? failure = null;
        var (status, tried) = (503, new Tried());
        for (var attempt = 1; ; attempt++)
        {
            if (!TryAcquire(balancer, request, attempt, ref tried, out var lease) || !service.Targets.TryGetValue(lease.Backend.Name, out var target))
            {
                if (lease.Backend is not null) balancer.Cancel(lease);
                meters.Ended(service, failure is null ? Outcome.NoBackend : Outcome.BackendFailed, 0);
                await RefuseAsync(context, status, failure ?? $"service '{service.Spec.Name}' has no backend that can be used: {balancer.Pool.Standing()}");
                return;
            }
            var mayRetry = isSafeToRepeat && attempt < service.Spec.Attempts;
            using var exchange = new Exchange(service, target, prefix, mayRetry, lifetime.ApplicationStopping, clock) { NewSession = newSession };
            if (body is not null) body.Reader = exchange;
            var error = await SendAsync(context, target, config, exchange);
            var end = Ending.Of(context, error, exchange);
            Tell(service, target, lease, exchange, end);
            if (exchange.Withheld || (end.Outcome == Outcome.BackendFailed && mayRetry && !context.Response.HasStarted && body is not { IsTouched: true } && end.Status != 504
                && service.Budget.TryRetry(balancer.NowUs)))
            {
                meters.Retried(service);
                (status, failure) = (exchange.Withheld ? exchange.StatusCode : end.Status, end.Detail(target, service));
                Reset(context);
                continue;
            }
            meters.Ended(service, end.Outcome, exchange.AnsweredUs == 0 ? 0 : exchange.AnsweredUs - lease.StartedUs);
            if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return;
            // an answer without a body is as whole as any: nobody puts a body of the server's there
            if (error == ForwarderError.None) await context.Response.StartAsync(context.RequestAborted);
            else await RefuseAsync(context, end.Status, end.Detail(target, service));
            return;
        }
    }

    private async ValueTask<ForwarderError> SendAsync(HttpContext context, BackendTarget target, ForwarderRequestConfig config, Exchange exchange)
    {
        try
        {
            return await forwarder.SendAsync(context, target.Prefix, client.Invoker, config, exchange, exchange.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !context.Response.HasStarted)
        {
            // what cannot even be made a request of: a header that HTTP does not know, say
            return ForwarderError.RequestCreation;
        }
    }

    /// <summary>A place at a backend, as far as there is a choice at one that was not tried yet.</summary>
    private static bool TryAcquire(Balancer balancer, BalancingRequest request, int attempt, ref Tried tried, out Lease lease)
    {
        for (var look = 0; ; look++)
        {
            var asked = attempt == 1 ? request : RequestKey.Elsewhere(request, attempt * LooksForAnother + look);
            if (!balancer.TryAcquire(asked, out lease)) return false;
            if (attempt == 1 || look == LooksForAnother || !tried.Has(lease.Backend))
            {
                tried.Add(lease.Backend);
                return true;
            }
            balancer.Cancel(lease);
        }
    }

    private static void Tell(ServiceRuntime service, BackendTarget target, in Lease lease, Exchange exchange, Ending end)
    {
        var balancer = service.Balancer;
        var now = balancer.NowUs;
        if (end.Outcome is Outcome.CallerLeft or Outcome.CallerFailed)
        {
            balancer.Cancel(lease);
            return;
        }
        // how long a stream goes on says nothing of how fast its backend is
        var latency = (exchange.AnsweredUs > 0 ? exchange.AnsweredUs : now) - lease.StartedUs;
        balancer.Complete(lease, end.Outcome == Outcome.Answered, now, latency);
        if (end.Outcome != Outcome.Answered) return;
        service.Costs.Add(lease.Request.Class, latency);
        target.Latency.Add(latency);
    }

    private static void Bound(HttpContext context, ServiceRuntime service)
    {
        var most = service.Spec.MaxBodyBytes;
        if (context.Request.ContentLength > most) throw new RestException(413, $"the body is larger than the {most} bytes that service '{service.Spec.Name}' takes");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = most;
        // a stream may be quiet for as long as the service says, either way
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } slowest) slowest.MinDataRate = null;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } slowestAnswer) slowestAnswer.MinDataRate = null;
    }

    private static void Reset(HttpContext context)
    {
        context.Response.Clear();
        context.Features.Set<IForwarderErrorFeature>(null);
    }

    private static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        context.Response.Clear();
        return Problems.Write(context, status, detail);
    }

    /// <summary>Backends that one request has been at.</summary>
    private struct Tried
    {
        private Backend? _first;
        private List<Backend>? _more;

        public readonly bool Has(Backend backend) => ReferenceEquals(_first, backend) || _more?.Contains(backend) == true;

        public void Add(Backend backend)
        {
            if (_first is null) _first = backend;
            else (_more ??= []).Add(backend);
        }
    }
}
