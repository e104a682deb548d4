using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Http;

/// <summary>Headers of every reply, problems included.</summary>
internal static class ReplyHeaders
{
    /// <summary>Nothing may be loaded, run, framed or sent: right for whatever is not a page. A page that needs more says what.</summary>
    public const string NoContent = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

    /// <summary>For pages of the host's own, whose text is not ours: they load from here and nowhere else.</summary>
    public const string OwnPagesOnly = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void Set(HttpResponse response)
    {
        var headers = response.Headers;
        // Tasks choose what their output says; no browser may take it for a page or a script.
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = IsHostPage(response.HttpContext) ? OwnPagesOnly : NoContent;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Embedder-Policy"] = "require-corp";
        headers["Permissions-Policy"] = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";
    }

    private static bool IsHostPage(HttpContext context)
    {
        var guarded = context.RequestServices.GetRequiredService<RestOptions>().GuardedPaths;
        for (var i = 0; i < guarded.Count; i++)
            if (context.Request.Path.StartsWithSegments(guarded[i])) return true;
        return false;
    }
}
