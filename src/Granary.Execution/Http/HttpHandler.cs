using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using Granary.Execution.Handlers;
using Granary.Model;

namespace Granary.Execution.Http;

/// <summary>
/// Makes the HTTP calls of tasks. A call is made at most once for each attempt; what a redirect asks for is a further call, checked like the first. The answer's body becomes
/// <c>stdout</c>, a line about it <c>stderr</c>. Neither headers' values, bodies nor queries of URLs are ever logged.
/// </summary>
internal sealed class HttpHandler(HttpHosts hosts, TimeProvider time) : ITaskHandler
{
    /// <summary>For tasks without a time limit of their own.</summary>
    public static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(15);

    private static readonly ProductInfoHeaderValue Agent = new("granary", typeof(HttpHandler).Assembly.GetName().Version?.ToString(3) ?? "0");

    public string Name => "http";

    public async ValueTask<HandlerResult> Run(HandlerContext context, CancellationToken stop)
    {
        var call = context.Spec.Terms!.Action!.Http!;
        // a limit of its own the executor keeps
        using var limit = new CancellationTokenSource(context.Spec.TimeLimit is null ? LongestCall : Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await Exchange(context, call, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new(HttpExit.TimedOut, $"no answer within {Durations.Format(LongestCall)}; a time limit of its own would let it wait longer");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return HttpExit.Of(e);
        }
    }

    private async Task<HandlerResult> Exchange(HandlerContext context, HttpCall call, CancellationToken cancel)
    {
        var (method, uri, first) = (new HttpMethod(call.Method), new Uri(call.Url), new Uri(call.Url));
        for (var followed = 0; ; followed++)
        {
            using var client = Client();
            using var request = Request(context, call, method, uri, sameHost: IsSameOrigin(first, uri));
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (followed < call.Redirects && Target(uri, response) is { } next)
            {
                if (uri.Scheme == "https" && next.Scheme == "http") return new(HttpExit.Unexpected, $"{uri.Host} redirects from https to http, which is not followed");
                method = Method(method, response.StatusCode);
                uri = next;
                continue;
            }
            return await Answer(context, call, uri, response, cancel);
        }
    }

    /// <summary>A client of its own for each exchange: no connection, cookie or credential is shared between tasks.</summary>
    private HttpClient Client()
    {
        // one for all that the client tries: left to itself it sends a request again whose connection broke, up to three times
        var dial = new HttpDial(hosts);
        return new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = ConnectWithin,
            MaxResponseHeadersLength = 64,
            ConnectCallback = (connection, cancel) => dial.Open(connection.DnsEndPoint, cancel),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static HttpRequestMessage Request(HandlerContext context, HttpCall call, HttpMethod method, Uri uri, bool sameHost)
    {
        var request = new HttpRequestMessage(method, uri);
        request.Headers.UserAgent.Add(new(Agent.Product!));
        request.Headers.ConnectionClose = true;
        if (call.Body.Length > 0 && method.Method == call.Method)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(call.Body));
            request.Content.Headers.ContentType = new(call.Body.TrimStart() is ['{' or '[', ..] ? "application/json" : "text/plain") { CharSet = "utf-8" };
        }
        foreach (var (name, value) in call.Headers ?? Nothing)
        {
            // what opens a door at one host is nothing for another
            if (!sameHost && name.ToLowerInvariant() is "authorization" or "cookie") continue;
            if (name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase)) request.Headers.UserAgent.Clear();
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
            {
                request.Content?.Headers.Remove(name);
                request.Content?.Headers.TryAddWithoutValidation(name, value);
                continue;
            }
            request.Headers.TryAddWithoutValidation(name, value);
        }
        if (method.Method is not ("GET" or "HEAD" or "OPTIONS") && !request.Headers.Contains(IdempotencyKey))
            request.Headers.TryAddWithoutValidation(IdempotencyKey, KeyOf(context.Assignment.Lease));
        return request;
    }

    private const string IdempotencyKey = "Idempotency-Key";

    private static readonly Dictionary<string, string> Nothing = [];

    /// <summary>One for each lease: a server that keeps it can tell a call that came twice from a second attempt.</summary>
    internal static string KeyOf(Lease lease) => string.Create(CultureInfo.InvariantCulture, $"{lease.Task.Pool}-{lease.Task.Number}-{lease.Token}");

    private static async Task<HandlerResult> Answer(HandlerContext context, HttpCall call, Uri uri, HttpResponseMessage response, CancellationToken cancel)
    {
        var body = await response.Content.ReadAsStreamAsync(cancel);
        var (output, buffer, read) = (context.Output, new byte[16 * 1024], 0L);
        while (!context.IsOutputFull && await body.ReadAsync(buffer, cancel) is > 0 and var got)
        {
            output.Write(buffer.AsSpan(0, got));
            read += got;
        }
        var status = (int)response.StatusCode;
        var line = string.Create(CultureInfo.InvariantCulture, $"{call.Method} {HttpCall.Shown(uri.ToString())}: {status} {response.ReasonPhrase}, {read} bytes of {response.Content.Headers.ContentType?.MediaType ?? "unknown type"}\n");
        context.Error.Write(Encoding.UTF8.GetBytes(line));
        return ExpectedStatus.Matches(call.Expect, status)
            ? HandlerResult.Success
            : new(HttpExit.Unexpected, $"answered {status} {response.ReasonPhrase}, expected {string.Join(", ", call.Expect ?? [ExpectedStatus.Default])}");
    }

    private static Uri? Target(Uri from, HttpResponseMessage response) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location
        && (location.IsAbsoluteUri ? location : new Uri(from, location)) is { Scheme: "http" or "https" } to ? to : null;

    /// <summary>What to ask the next with. Source: RFC 9110, 15.4.</summary>
    private static HttpMethod Method(HttpMethod method, HttpStatusCode status) =>
        (int)status is 307 or 308 || method == HttpMethod.Head ? method : (int)status == 303 || method == HttpMethod.Post ? HttpMethod.Get : method;

    private static bool IsSameOrigin(Uri a, Uri b) => a.Scheme == b.Scheme && a.Host == b.Host && a.Port == b.Port;
}

/// <summary>Exit codes of calls that did not get an expected answer; as curl's, where it has one.</summary>
internal static class HttpExit
{
    public const int Unreachable = 7;
    public const int Unexpected = 22;
    public const int TimedOut = 28;
    public const int Untrusted = 60;
    public const int Denied = 126;

    public static HandlerResult Of(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpDeniedException denied) return new(Denied, denied.Message);
            if (inner is AuthenticationException) return new(Untrusted, $"its certificate is not trusted: {OneLine(inner)}");
        }
        return new(Unreachable, OneLine(e.InnerException ?? e));
    }

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");
}
