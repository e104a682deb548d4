using Granary.Rest.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Granary.Rest.Access;

/// <summary>Who may call: the Host header on loopback, the token, and no changes from other sites' pages.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, RestOptions options)
{
    private readonly TokenCheck _token = new(options.Token);

    public Task InvokeAsync(HttpContext context)
    {
        ReplyHeaders.Set(context.Response);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = options.BodyLimitBytes;

        if (!options.RequireToken && !IsLoopbackName(context.Request.Host))
            throw new RestException(421, $"this server answers only as {string.Join(", ", options.LoopbackHosts)}; the Host header says '{Text.Clip(context.Request.Host.Value ?? "")}'");
        CheckToken(context);
        if (IsChange(context.Request.Method)) RefuseOtherSites(context.Request);
        return next(context);
    }

    private bool IsLoopbackName(HostString host) =>
        options.LoopbackHosts.Any(name => name.Equals(host.Host, StringComparison.OrdinalIgnoreCase));

    private void CheckToken(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/health")) return;
        var guarded = options.GuardedPaths.Any(path => context.Request.Path.StartsWithSegments(path));
        var given = guarded ? TokenCheck.GivenByBrowser(context.Request.Headers.Authorization) : TokenCheck.Given(context.Request.Headers.Authorization);
        // On loopback none is needed, but a wrong one is told: somebody who sends a token believes that it counts.
        if (!guarded && !options.RequireToken && (given is null || options.Token.Length == 0)) return;
        if (given is not null && _token.Matches(given)) return;
        var challenge = guarded ? "Basic realm=\"granary\", charset=\"UTF-8\"" : given is null ? "Bearer realm=\"granary\"" : "Bearer realm=\"granary\", error=\"invalid_token\"";
        context.Response.OnStarting(() =>
        {
            context.Response.Headers.WWWAuthenticate = challenge;
            return Task.CompletedTask;
        });
        throw new RestException(401, given is null
            ? "a token is needed: send 'Authorization: Bearer TOKEN' with the text of the file named token in the server's data directory"
            : "the token is not this server's; it is the text of the file named token in the server's data directory");
    }

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
