using Granary.Access.Attempts;
using Granary.Access.Rules;
using Granary.Access.Tokens;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Access;

/// <summary>Who may call what: the Host header on loopback, the token and its role, and no changes from other sites' pages.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, RestOptions options, AccessGate gate)
{
    public async Task InvokeAsync(HttpContext context)
    {
        ReplyHeaders.Set(context.Response);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = options.BodyLimitBytes;

        if (!options.RequireToken && !IsLoopbackName(context.Request.Host))
            throw new RestException(421, $"this server answers only as {string.Join(", ", options.LoopbackHosts)}; the Host header says '{Text.Clip(context.Request.Host.Value ?? "")}'");
        if (!context.Request.Path.StartsWithSegments("/health"))
        {
            var caller = await CallerAsync(context);
            RequireRole(context, caller);
            CurrentCaller.Set(context, caller);
        }
        // what a GET does at a service only that knows
        var goesOn = context.Request.Path.StartsWithSegments("/services");
        var isChange = IsChange(context.Request.Method);
        if (isChange || goesOn) RefuseOtherSites(context.Request);
        if (isChange && !goesOn) RequestTurn.Served(context);
        await next(context);
    }

    private bool IsLoopbackName(HostString host) =>
        options.LoopbackHosts.Any(name => name.Equals(host.Host, StringComparison.OrdinalIgnoreCase));

    private async Task<Caller> CallerAsync(HttpContext context)
    {
        var guarded = options.GuardedPaths.Any(path => context.Request.Path.StartsWithSegments(path));
        var given = guarded ? BearerToken.GivenByBrowser(context.Request.Headers.Authorization) : BearerToken.Given(context.Request.Headers.Authorization);
        // On loopback none is needed, but a wrong one is told: somebody who sends a token believes that it counts.
        if (!guarded && !options.RequireToken && (given is null || options.Token.Length == 0)) return Caller.Local;
        if (given is null)
        {
            Challenge(context, guarded ? "Basic realm=\"granary\", charset=\"UTF-8\"" : "Bearer realm=\"granary\"");
            throw new RestException(401, "a token is needed: send 'Authorization: Bearer TOKEN' with one that 'granary token create' made, or the text of the file named token in the server's data directory");
        }
        var entry = await gate.EnterAsync(context.Connection.RemoteIpAddress, given, context.RequestAborted);
        if (entry.Caller is { } caller) return caller;
        if (entry.Wait is { } wait)
        {
            RetryAfter.Set(context, wait);
            throw new RestException(429, $"too many wrong tokens came from this address; try again in {RetryAfter.Seconds(wait)} s");
        }
        Challenge(context, guarded ? "Basic realm=\"granary\", charset=\"UTF-8\"" : "Bearer realm=\"granary\", error=\"invalid_token\"");
        throw new RestException(401, "the token is not this server's: it may have been revoked, rotated or have expired; 'granary token list' shows those that there are");
    }

    private static void RequireRole(HttpContext context, Caller caller)
    {
        if (context.GetEndpoint() is not RouteEndpoint route) return; // nothing is there, which is said to everybody who may come in
        var template = route.RoutePattern.RawText ?? "";
        var roles = RestRules.For(context.Request.Method, template);
        if (roles.Has(caller.Role)) return;
        throw new RestException(403, $"{caller} may not use {context.Request.Method} {template}; a token with one of these roles may: {roles.Words()}");
    }

    private static void Challenge(HttpContext context, string challenge) => context.Response.OnStarting(() =>
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return Task.CompletedTask;
    });

    private static bool IsChange(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);

    /// <summary>A page of another site can make a browser send a change here, where the person at the browser may be trusted. Programs send neither header.</summary>
    private static void RefuseOtherSites(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is "cross-site" or "same-site")
            throw new RestException(403, "a page of another site may not change anything here (Sec-Fetch-Site); call from a program, or from this server's own pages");
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            throw new RestException(403, $"a page of {Text.Clip(origin)} may not change anything here (Origin); call from a program, or from this server's own pages");
    }
}
