using Granary.Rest.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Granary.Proxy.Forwarding;

/// <summary>
/// What a caller learns of a backend's answer. A browser gets it under the same origin as this server's own pages, so the server's rules for browsers hold and not
/// the backend's; cookies stay below the service's path, and addresses within the backend lead back through here.
/// </summary>
internal static class AnswerHeaders
{
    /// <summary>What a backend says of the whole host that it is seen under.</summary>
    private static readonly string[] NotPassedOn = ["Strict-Transport-Security", "Alt-Svc", "Clear-Site-Data", "Public-Key-Pins", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Service-Worker-Allowed", "Refresh"];

    /// <summary>Before the backend's headers are copied: they would be added to what is there.</summary>
    public static void Prepare(HttpResponse response) => response.Headers.Clear();

    public static void Change(HttpResponse response, string prefix, string backend)
    {
        var headers = response.Headers;
        var caching = headers.CacheControl;
        foreach (var name in NotPassedOn) headers.Remove(name);
        ReplyHeaders.Set(response);
        if (caching.Count > 0) headers.CacheControl = caching;
        if (headers.Location.Count > 0) headers.Location = Through(headers.Location.ToString(), prefix, backend);
        if (headers.SetCookie.Count > 0) headers.SetCookie = Below(headers.SetCookie, prefix);
    }

    /// <summary>Gives a session to a caller that has none.</summary>
    public static void Give(HttpResponse response, string cookie, string session, string prefix) =>
        response.Headers.Append("Set-Cookie", new SetCookieHeaderValue(cookie, session) { Path = prefix, HttpOnly = true, SameSite = Microsoft.Net.Http.Headers.SameSiteMode.Lax, Secure = response.HttpContext.Request.IsHttps }.ToString());

    private static string Through(string location, string prefix, string backend)
    {
        if (location.StartsWith(backend, StringComparison.OrdinalIgnoreCase) && (location.Length == backend.Length || location[backend.Length] is '/' or '?' or '#')) return prefix + location[backend.Length..];
        if (!location.StartsWith('/') || location.StartsWith("//", StringComparison.Ordinal)) return location;
        // within the backend's host: what is below its own path is below the service's
        var path = new Uri(backend).AbsolutePath.TrimEnd('/');
        return path.Length == 0 ? prefix + location : location.StartsWith(path, StringComparison.Ordinal) ? prefix + location[path.Length..] : location;
    }

    private static StringValues Below(StringValues cookies, string prefix)
    {
        var kept = new List<string>(cookies.Count);
        foreach (var text in cookies)
        {
            if (!SetCookieHeaderValue.TryParse(text, out var cookie)) continue;
            cookie.Domain = default;
            var path = cookie.Path.Value;
            cookie.Path = path is null or "/" ? prefix : path.StartsWith('/') ? prefix + path : prefix;
            kept.Add(cookie.ToString());
        }
        return new StringValues([.. kept]);
    }
}
