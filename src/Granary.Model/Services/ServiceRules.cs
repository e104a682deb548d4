namespace Granary.Model;

/// <summary>What services and their backends must be like.</summary>
public static class ServiceRules
{
    /// <summary>Backends of one service.</summary>
    public const int MaxBackends = 1_000;

    private const int LongestUrl = 2_048;

    /// <summary>Headers that have a meaning of their own between servers, and those by which the server knows its callers.</summary>
    private static readonly string[] Reserved = ["Authorization", "Connection", "Content-Length", "Cookie", "Host", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade"];

    /// <exception cref="GranaryException">Invalid, naming the field.</exception>
    public static void Check(ServiceSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (!Names.IsValid(spec.Name)) throw GranaryException.Invalid($"'{Clip(spec.Name)}' is no name of a service; a name is {Names.Rule}");
        if (!Names.IsValid(spec.Agent)) throw GranaryException.Invalid($"agent: '{Clip(spec.Agent)}' is no name of an agent; a name is {Names.Rule}");
        if (!Enum.IsDefined(spec.Algorithm)) throw GranaryException.Invalid("algorithm: is none of those that there are");
        if (!Enum.IsDefined(spec.Protocol)) throw GranaryException.Invalid("protocol: is none of http1 and http2");
        CheckHeader(spec.AffinityHeader, "affinity_header");
        CheckHeader(spec.ClassHeader, "class_header");
        if (spec.AffinityCookie.Length > 0 && !IsToken(spec.AffinityCookie)) throw GranaryException.Invalid($"affinity_cookie: '{Clip(spec.AffinityCookie)}' is no name of a cookie; use letters, digits, '-' and '_'");
        Within(spec.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), "timeout");
        Within(spec.IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24), "idle_timeout");
        Within(spec.SlowStart, TimeSpan.Zero, TimeSpan.FromHours(1), "slow_start");
        if (spec.Attempts is < 1 or > 10) throw GranaryException.Invalid($"attempts: is {spec.Attempts}; it can be 1, for no retries, to 10");
        if (spec.MaxBodyBytes < 0) throw GranaryException.Invalid($"max_body: is {spec.MaxBodyBytes}; write bytes, 0 for no bodies at all");
        if (spec.Probe is { } probe) Check(probe);
    }

    /// <exception cref="GranaryException">Invalid, naming the field.</exception>
    public static void Check(ServiceBackend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        if (!Names.IsValid(backend.Name)) throw GranaryException.Invalid($"'{Clip(backend.Name)}' is no name of a backend; a name is {Names.Rule}");
        if (!(backend.Weight >= 0 && backend.Weight <= 1_000_000)) throw GranaryException.Invalid($"weight: is {backend.Weight}; it can be 0, for no requests, up to 1000000");
        if (backend.Zone.Length > 0 && !Names.IsValid(backend.Zone)) throw GranaryException.Invalid($"zone: '{Clip(backend.Zone)}' is no name of a zone; a name is {Names.Rule}");
        _ = Address(backend.Url);
        if (backend.Task is { } task && (task.Attempt < 1 || task.Id.Number < 1)) throw GranaryException.Invalid("task: is no attempt of a task; give the task's id and its attempt, from 1 on");
    }

    /// <summary>A backend's URL, with a path that ends in no slash.</summary>
    /// <exception cref="GranaryException">Invalid: no absolute http or https URL, or one with more than host, port and path.</exception>
    public static Uri Address(string url)
    {
        if (string.IsNullOrEmpty(url) || url.Length > LongestUrl || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            throw GranaryException.Invalid($"url: '{Clip(url)}' is no address of a backend; write it like http://127.0.0.1:8080");
        if (address.UserInfo.Length > 0) throw GranaryException.Invalid("url: has a user or password in it, which would be shown to everybody who may see the service; leave it out");
        if (address.Query.Length > 0 || address.Fragment.Length > 0) throw GranaryException.Invalid($"url: '{Clip(url)}' has a query or a fragment; end it with its path");
        return address;
    }

    private static void Check(ServiceProbe probe)
    {
        if (probe.Path.Length is 0 or > 512 || probe.Path[0] != '/' || probe.Path.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
            throw GranaryException.Invalid($"probe.path: '{Clip(probe.Path)}' is no path; it begins with / and is at most 512 characters of ASCII without spaces");
        Within(probe.Every, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "probe.every");
        var longest = probe.Every * 10 < TimeSpan.FromMinutes(1) ? probe.Every * 10 : TimeSpan.FromMinutes(1);
        Within(probe.Timeout, TimeSpan.FromMilliseconds(10), longest, "probe.timeout");
        if (probe.Unhealthy is < 1 or > 100) throw GranaryException.Invalid($"probe.unhealthy: is {probe.Unhealthy}; it can be 1 to 100");
        if (probe.Healthy is < 1 or > 100) throw GranaryException.Invalid($"probe.healthy: is {probe.Healthy}; it can be 1 to 100");
    }

    private static void CheckHeader(string name, string field)
    {
        if (name.Length == 0) return;
        if (!IsToken(name) || Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw GranaryException.Invalid($"{field}: '{Clip(name)}' cannot be used; take a header of your own, like X-Session");
    }

    private static bool IsToken(string text) => text.Length <= 63 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static void Within(TimeSpan value, TimeSpan least, TimeSpan most, string field)
    {
        if (value < least || value > most) throw GranaryException.Invalid($"{field}: is {Durations.Format(value)}; it can be {Durations.Format(least)} to {Durations.Format(most)}");
    }

    private static string Clip(string? text) => text is null ? "" : text.Length > 60 ? text[..57] + "..." : text;
}
