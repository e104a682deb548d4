using Microsoft.AspNetCore.Http;

namespace Granary.Rest.Http;

/// <summary>Headers of every reply, problems included.</summary>
internal static class ReplyHeaders
{
    public static void Set(HttpResponse response)
    {
        // Tasks choose what their output says; no browser may take it for a page or a script.
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
    }
}
