namespace Granary.Rest.Inbox;

/// <summary>What a person says of work that was for them.</summary>
internal sealed record CompletionRequest
{
    /// <summary>Who says it; the token's id when not given.</summary>
    public string? By { get; init; }

    /// <summary>It could not be done, or the answer is no: the task fails.</summary>
    public bool? Failed { get; init; }

    /// <summary>Becomes the task's output.</summary>
    public string? Output { get; init; }

    /// <summary>The form's fields, by name.</summary>
    public IReadOnlyDictionary<string, string>? Fields { get; init; }

    /// <summary>One line for whoever looks at the task.</summary>
    public string? Note { get; init; }
}

/// <summary>Who says to do it.</summary>
internal sealed record ClaimRequest
{
    /// <summary>The token's id when not given.</summary>
    public string? By { get; init; }
}
