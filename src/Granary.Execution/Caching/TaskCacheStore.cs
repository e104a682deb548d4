using System.Collections.Concurrent;
using System.Globalization;
using Granary.Caching;
using Granary.Caching.Policies;
using Granary.Caching.Sharing;
using Microsoft.AspNetCore.Http;

namespace Granary.Execution.Caching;

/// <summary>
/// Answers requests of tasks: <c>GET</c>, <c>HEAD</c>, <c>PUT</c> and <c>DELETE /keys/KEY</c> in the agent's own part, <c>GET /agents/OWNER/keys/KEY</c> in one that granted it,
/// <c>PUT</c> and <c>DELETE /grants/READER?prefix=P</c>, <c>GET /statistics</c>. Errors are one line of text.
/// </summary>
internal sealed class TaskCacheStore(TaskCacheOptions options, TaskCacheTokens tokens, TimeProvider time)
{
    private const int LongestKey = 1024;
    private const int MostGrants = 256;
    private const string Scheme = "Bearer ";

    private readonly SharedCache<byte[]> _parts = new(
        new CacheOptions { Capacity = Math.Max(1, options.Capacity), Policy = PolicyKind.WTinyLfu }, (key, value) => 2 * key.Length + value.Length + Overhead, time);
    private readonly ConcurrentDictionary<string, int> _busy = new(StringComparer.Ordinal);

    /// <summary>About what an empty entry takes, bytes.</summary>
    private const int Overhead = 200;

    public IReadOnlyCollection<string> Agents => _parts.Agents;

    public CacheStatistics? Statistics(string agent) => _parts.FindStatistics(agent);

    public async Task Answer(HttpContext context)
    {
        var shown = context.Request.Headers.Authorization.ToString();
        if (!shown.StartsWith(Scheme, StringComparison.Ordinal) || tokens.AgentOf(shown[Scheme.Length..]) is not { } agent)
        {
            await Say(context, StatusCodes.Status401Unauthorized, "show the task's token: Authorization: Bearer $GRANARY_CACHE_TOKEN");
            return;
        }
        if (!_parts.TryAdmit(agent, options.PerAgent, options.Idle))
        {
            await Say(context, StatusCodes.Status507InsufficientStorage, "other agents use the whole cache; a part is free when one of them leaves its own unused for a while");
            return;
        }
        var busy = _busy.AddOrUpdate(agent, 1, (_, n) => n + 1);
        try
        {
            if (busy > options.RequestsAtOnce)
                await Say(context, StatusCodes.Status429TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"over {options.RequestsAtOnce} requests of this agent at once"));
            else await Route(context, agent);
        }
        finally
        {
            _busy.AddOrUpdate(agent, 0, (_, n) => n - 1);
        }
    }

    private Task Route(HttpContext context, string agent)
    {
        var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "");
        if (path == "/statistics" && HttpMethods.IsGet(method)) return Tell(context, agent);
        if (Rest(path, "/keys/") is { } own) return IsKey(own) ? Own(context, method, agent, own) : NoKey(context);
        if (Rest(path, "/agents/") is { } other && other.IndexOf("/keys/", StringComparison.Ordinal) is > 0 and var at && (HttpMethods.IsGet(method) || HttpMethods.IsHead(method)))
        {
            var key = other[(at + 6)..];
            return IsKey(key) ? Get(context, _parts.TryGet(agent, other[..at], key, out var value) ? value : null) : NoKey(context);
        }
        if (Rest(path, "/grants/") is { Length: > 0 } reader && (HttpMethods.IsPut(method) || HttpMethods.IsDelete(method)))
            return Grant(context, agent, reader, HttpMethods.IsPut(method));
        return Say(context, StatusCodes.Status404NotFound, "there are /keys/KEY, /agents/OWNER/keys/KEY, /grants/READER?prefix=P and /statistics");
    }

    private Task Own(HttpContext context, string method, string agent, string key)
    {
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) return Get(context, _parts.TryGet(agent, key, out var value) ? value : null);
        if (HttpMethods.IsPut(method)) return Put(context, agent, key);
        if (!HttpMethods.IsDelete(method)) return Say(context, StatusCodes.Status405MethodNotAllowed, "a key takes GET, HEAD, PUT and DELETE");
        context.Response.StatusCode = _parts.Remove(agent, key) ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static async Task Get(HttpContext context, byte[]? value)
    {
        if (value is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = value.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(value, context.RequestAborted);
    }

    private async Task Put(HttpContext context, string agent, string key)
    {
        if (!TryLife(context.Request, out var life))
        {
            await Say(context, StatusCodes.Status400BadRequest, "the Cache-Control header is not max-age=SECONDS, from 1 second to a year");
            return;
        }
        if (!TryPriority(context.Request, out var priority))
        {
            await Say(context, StatusCodes.Status400BadRequest, "the Granary-Priority header is not low, normal or high");
            return;
        }
        if (context.Request.ContentLength > options.LargestValue)
        {
            await TooLarge(context);
            return;
        }
        using var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await TooLarge(context);
            return;
        }
        if (_parts.Set(agent, key, body.ToArray(), new CacheEntryOptions(life, priority))) context.Response.StatusCode = StatusCodes.Status204NoContent;
        else await Say(context, StatusCodes.Status202Accepted, "not kept: what is there is worth more");
    }

    private Task Grant(HttpContext context, string agent, string reader, bool give)
    {
        var prefix = context.Request.Query["prefix"].ToString();
        if (!Model.Names.IsValid(reader) || prefix.Length > LongestKey) return Say(context, StatusCodes.Status400BadRequest, $"a grant is to an agent's name, for a prefix of at most {LongestKey} characters");
        if (give && !_parts.TryGrant(agent, reader, prefix, MostGrants)) return Say(context, StatusCodes.Status409Conflict, $"there are {MostGrants} grants already; DELETE some");
        if (!give && !_parts.Revoke(agent, reader, prefix)) return Say(context, StatusCodes.Status404NotFound, "there is no such grant");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task Tell(HttpContext context, string agent)
    {
        var of = _parts.Statistics(agent);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture,
            $$"""{"agent":"{{agent}}","hits":{{of.Hits}},"misses":{{of.Misses}},"hit_ratio":{{of.HitRatio:0.####}},"entries":{{of.Count}},"bytes":{{of.Weight}},"capacity":{{options.PerAgent}},"largest_value":{{options.LargestValue}},"evictions":{{of.Evictions}},"expirations":{{of.Expirations}},"rejected":{{of.Rejected}}}""") + "\n", context.RequestAborted);
    }

    private static bool TryLife(HttpRequest request, out TimeSpan? life)
    {
        life = null;
        var text = request.Headers.CacheControl.ToString();
        if (text.Length == 0) return true;
        if (!text.StartsWith("max-age=", StringComparison.Ordinal) || !int.TryParse(text.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > 31_536_000) return false;
        life = TimeSpan.FromSeconds(seconds);
        return true;
    }

    private static bool TryPriority(HttpRequest request, out CachePriority priority)
    {
        var text = request.Headers["Granary-Priority"].ToString();
        (priority, var known) = text switch
        {
            "" or "normal" => (CachePriority.Normal, true),
            "low" => (CachePriority.Low, true),
            "high" => (CachePriority.High, true),
            _ => (CachePriority.Normal, false),
        };
        return known;
    }

    private static string? Rest(string path, string start) => path.StartsWith(start, StringComparison.Ordinal) ? path[start.Length..] : null;

    private static bool IsKey(string key) => key.Length is > 0 and <= LongestKey;

    private static Task NoKey(HttpContext context) => Say(context, StatusCodes.Status400BadRequest, $"a key has 1 to {LongestKey} characters");

    private Task TooLarge(HttpContext context) =>
        Say(context, StatusCodes.Status413PayloadTooLarge, string.Create(CultureInfo.InvariantCulture, $"a value has at most {options.LargestValue} bytes, a quarter of the agent's part"));

    private static Task Say(HttpContext context, int status, string line)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(line + "\n", context.RequestAborted);
    }
}
