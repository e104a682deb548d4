namespace Granary.Cli.Run;

/// <summary>What progress shows at one moment.</summary>
internal sealed record RunStatus
{
    public required string Title { get; init; }
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Null while there is nothing to estimate it from.</summary>
    public TimeSpan? Left { get; init; }
    public required DomainProgress All { get; init; }
    public required IReadOnlyList<DomainProgress> Domains { get; init; }
    public Utilisation Nodes { get; init; } = Utilisation.None;

    /// <summary>What happened last, newest last.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];
}
