using Granary.Model;

namespace Granary.Execution;

/// <summary>Where the tasks of a node find the server, by the variables that the command line and the SDK read; containers, which have a loopback of their own, are not told.</summary>
public sealed record TaskServer
{
    public const string GatewayVariable = "GRANARY_SERVER";

    /// <summary>For programs without the SDK.</summary>
    public const string RestVariable = "GRANARY_REST";

    public const string FingerprintVariable = "GRANARY_FINGERPRINT";

    public const string AuthorityVariable = "GRANARY_CA";

    public const string TokenVariable = "GRANARY_TOKEN";

    private const string TokenFileVariable = "GRANARY_TOKEN_FILE";

    /// <summary>A task that has this label, whatever its value but <c>false</c>, asks for a token.</summary>
    public const string Label = "server-token";

    /// <summary>Of the gateway, as <see cref="GatewayVariable"/> takes it.</summary>
    public required string Gateway { get; init; }

    /// <summary>Of REST; null where it is not known here.</summary>
    public string? Rest { get; init; }

    /// <summary>SHA-256 of the server's certificate; null where another way shows that it is right.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>File of who vouches for the server's certificate; null for none.</summary>
    public string? Authority { get; init; }

    /// <summary>A token that may do no more than the task's agent; null for none.</summary>
    public Func<Assignment, string?> Token { get; init; } = static _ => null;

    /// <summary>Whether a task asks for a token.</summary>
    public static bool IsTokenAskedFor(TaskSpec spec) =>
        spec.Labels is { } labels && labels.TryGetValue(Label, out var value) && !string.Equals(value, "false", StringComparison.OrdinalIgnoreCase);

    /// <summary>What to set. A task that names a server itself is told nothing, so that no other server is shown this one's token.</summary>
    internal IEnumerable<(string Name, string Value)> Variables(Assignment assignment)
    {
        var own = assignment.Spec.Environment;
        if (own?.ContainsKey(GatewayVariable) is true) yield break;
        yield return (GatewayVariable, Gateway);
        if (Rest is { } rest) yield return (RestVariable, rest);
        if (Fingerprint is { } fingerprint) yield return (FingerprintVariable, fingerprint);
        if (Authority is { } authority) yield return (AuthorityVariable, authority);
        if (own?.ContainsKey(TokenFileVariable) is not true && own?.ContainsKey(TokenVariable) is not true && Token(assignment) is { } token) yield return (TokenVariable, token);
    }
}
