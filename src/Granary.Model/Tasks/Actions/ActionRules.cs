using System.Globalization;

namespace Granary.Model;

/// <summary>What must be true of the way a task is carried out; the same for files, command line, REST and pools.</summary>
public static class ActionRules
{
    public const int MostRedirects = 10;

    /// <summary>Longest URL, body, payload and instructions, characters.</summary>
    public const int LongestUrl = 8 * 1024;

    public const int LongestText = 256 * 1024;

    private const int MostEntries = 64;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    /// <summary>The first thing that is wrong, as the rest of a sentence that begins with the task (<c>has both ...; ...</c>); null when nothing is.</summary>
    public static string? Problem(TaskSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var (command, handler, action) = (spec.Command is { Count: > 0 }, spec.Handler is { Length: > 0 }, spec.Terms?.Action);
        var ways = Ways(action).ToList();
        if (ways.Count > 1) return $"has {string.Join(" and ", ways)}; keep one of them";
        var way = ways.FirstOrDefault();
        if (command && handler) return "has both a command and a handler; remove one of them";
        if (handler && way is not null) return $"has both a handler and {way}; remove one of them";
        if (command && way is "http" or "manual") return $"has both a command and {way}; remove one of them";
        if (!command && !handler && way is null) return "has nothing to run; add command: [PROGRAM, ARGUMENT] or handler: noop";
        if (!command && way == "scope") return "asks for a scope and has no command; add command: [PROGRAM, ARGUMENT]";
        if (action is null) return null;
        if (action.Payload is null || (action.Payload.Length > 0 && !handler)) return "has a payload and no handler; add handler: NAME, or remove it";
        if (action.Payload.Length > LongestText) return $"has a payload of {action.Payload.Length} characters; use up to {LongestText}, or put it into a file";
        return action.Http is { } http ? Http(http) : action.Container is { } container ? Container(container, spec) : action.Manual is { } manual ? ManualRules.Problem(manual) : null;
    }

    private static IEnumerable<string> Ways(TaskAction? action)
    {
        if (action?.Http is not null) yield return "http";
        if (action?.Container is not null) yield return "container";
        if (action?.Manual is not null) yield return "manual";
        if (action?.Scope == true) yield return "scope";
    }

    private static string? Http(HttpCall call)
    {
        if (call.Method is null || !Methods.Contains(call.Method)) return $"has the method '{Clip(call.Method)}'; use one of {string.Join(", ", Methods)}";
        if (call.Url is not { Length: > 0 }) return "calls no url; add url: https://HOST/PATH";
        if (call.Url.Length > LongestUrl || !Uri.TryCreate(call.Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            return $"has the url '{Clip(HttpCall.Shown(call.Url))}'; write http:// or https:// with a host and a path";
        if (uri.UserInfo.Length > 0) return "has a name or password in its url, where others would see it; send an Authorization header";
        if (call.Headers is { Count: > MostEntries }) return $"has {call.Headers.Count} headers; use up to {MostEntries}";
        foreach (var (name, value) in call.Headers ?? new Dictionary<string, string>())
        {
            if (name.Length is 0 or > 256 || !name.All(IsToken)) return $"has a header '{Clip(name)}', which is no name of one; use letters, digits and '-'";
            if (IsForbidden(name)) return $"sets the header {name}, which belongs to the connection; remove it";
            if (value is null || value.Length > LongestUrl || value.Any(c => c is '\0' or '\r' or '\n')) return $"has a header {name} whose value is too long or has a line break; write one line";
        }
        if (call.Body is null || call.Body.Length > LongestText) return $"has a body of {call.Body?.Length ?? 0} characters; use up to {LongestText}";
        if (call.Body.Length > 0 && call.Method is "GET" or "HEAD") return $"sends a body with {call.Method}; use method: POST, or remove it";
        if (call.Redirects is < 0 or > MostRedirects) return $"follows {call.Redirects} redirects; use 0 to {MostRedirects}";
        if (call.Expect is { Count: > MostEntries }) return $"expects {call.Expect.Count} statuses; use up to {MostEntries}, like 2xx";
        foreach (var status in call.Expect ?? [])
            if (!ExpectedStatus.TryParse(status, out _, out _)) return $"expects the status '{Clip(status)}'; write one like 200, 2xx or 200-204";
        return null;
    }

    private static string? Container(ContainerRun run, TaskSpec spec)
    {
        if (run.Image is not { Length: > 0 and <= 512 } || run.Image[0] == '-' || run.Image.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            return $"has the image '{Clip(run.Image)}'; write one like debian:12";
        if (run.Engine is not ("" or "podman" or "docker")) return $"names the engine '{Clip(run.Engine)}'; use podman or docker, or leave it out for whichever a node has";
        if (run.Network is not ("" or "bridge" or "none")) return $"names the network '{Clip(run.Network)}'; use bridge or none";
        if (spec.Shell) return "is a line for the shell of a node; in a container write command: [sh, -c, LINE]";
        if (run.Mounts is { Count: > MostEntries }) return $"has {run.Mounts.Count} mounts; use up to {MostEntries}";
        foreach (var mount in run.Mounts ?? [])
            if (!ContainerMount.TryParse(mount, out _)) return $"has the mount '{Clip(mount)}'; write SOURCE:TARGET or SOURCE:TARGET:ro with absolute paths without ':' and ','";
        foreach (var (name, value) in spec.Environment ?? new Dictionary<string, string>())
            if (value is null || value.Any(c => c is '\r' or '\n')) return $"has a variable {Clip(name)} with a line break, which no container can be given; put it into a file";
        return null;
    }

    private static bool IsToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);

    private static bool IsForbidden(string header) => header.ToLowerInvariant() is "host" or "content-length" or "connection" or "transfer-encoding" or "upgrade" or "te" or "trailer" or "proxy-authorization" or "proxy-connection" or "expect";

    internal static string Clip(string? text) => text is null ? "" : string.Concat((text.Length > 60 ? text[..60] + "…" : text).Select(c => char.IsControl(c) ? '?' : c));
}

/// <summary>Statuses that count as success: <c>200</c>, <c>2xx</c> or <c>200-204</c>.</summary>
public static class ExpectedStatus
{
    public const string Default = "2xx";

    public static bool TryParse(string? text, out int first, out int last)
    {
        (first, last) = (0, 0);
        if (text is null) return false;
        if (text is [>= '1' and <= '5', 'x' or 'X', 'x' or 'X'])
        {
            first = (text[0] - '0') * 100;
            last = first + 99;
            return true;
        }
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return Status(dash < 0 ? text : text[..dash], out first) && Status(dash < 0 ? text : text[(dash + 1)..], out last) && first <= last;
    }

    public static bool Matches(IReadOnlyList<string>? expected, int status)
    {
        if (expected is not { Count: > 0 }) return status is >= 200 and <= 299;
        foreach (var one in expected)
            if (TryParse(one, out var first, out var last) && status >= first && status <= last) return true;
        return false;
    }

    private static bool Status(string text, out int status) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= 100 and <= 599;
}

/// <summary>A directory or file of the node as a container sees it.</summary>
public readonly record struct ContainerMount(string Source, string Target, bool ReadOnly)
{
    public static bool TryParse(string? text, out ContainerMount mount)
    {
        mount = default;
        if (text is not { Length: > 0 and <= 4096 } || text.Contains(',', StringComparison.Ordinal) || text.Any(char.IsControl)) return false;
        var parts = text.Split(':');
        if (parts.Length is not (2 or 3) || !IsPath(parts[0]) || !IsPath(parts[1]) || (parts.Length == 3 && parts[2] is not ("ro" or "rw"))) return false;
        mount = new(parts[0], parts[1], parts.Length == 3 && parts[2] == "ro");
        return true;
    }

    /// <summary>Absolute, and no step of it leads up.</summary>
    private static bool IsPath(string path) => path.Length > 1 && path[0] == '/' && !path.Split('/').Contains("..");
}
