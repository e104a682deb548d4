using Orleans;

namespace Granary.Model;

/// <summary>One HTTP call. The task succeeds when the answer has an expected status; the answer's body becomes its output.</summary>
[GenerateSerializer, Immutable, Alias("Granary.HttpCall")]
public sealed record HttpCall
{
    [Id(0)] public string Method { get; init; } = "GET";

    /// <summary>Absolute, <c>http</c> or <c>https</c>, without a user name or password.</summary>
    [Id(1)] public string Url { get; init; } = "";

    /// <summary>Sent as they are; never shown or logged.</summary>
    [Id(2)] public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Empty for none.</summary>
    [Id(3)] public string Body { get; init; } = "";

    /// <summary>Statuses that are success: <c>200</c>, <c>2xx</c>, <c>200-204</c>; null for 2xx.</summary>
    [Id(4)] public IReadOnlyList<string>? Expect { get; init; }

    /// <summary>How many redirects are followed, 0 to 10. A redirect that is not followed is the answer.</summary>
    [Id(5)] public int Redirects { get; init; }

    public bool Equals(HttpCall? other) => other is not null && Method == other.Method && Url == other.Url && Body == other.Body && Redirects == other.Redirects
        && LabelSet.Same(Headers, other.Headers) && WordList.Same(Expect, other.Expect);

    public override int GetHashCode() => HashCode.Combine(Method, Url, Body.Length, Redirects, Headers?.Count ?? 0, Expect?.Count ?? 0);

    /// <summary>For people and logs: without the query, which may hold a secret.</summary>
    public static string Shown(string url)
    {
        var query = url.IndexOfAny(['?', '#']);
        return query < 0 ? url : url[..query] + "?…";
    }
}
