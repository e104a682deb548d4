namespace Granary.EndToEnd.Tests.Support;

/// <summary>Tests that measure: they run when all others have ended.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
