using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>
/// One cohort (key: its name): pools that lend each other what they do not use. It keeps nothing: what is lent is in the pools' journals. It
/// calls pools and the directory; they call it only to wake it, and wait for nothing.
/// </summary>
[Alias("Granary.ICohortGrain")]
public interface ICohortGrain : IGrainWithStringKey
{
    /// <summary>The pool belongs to this cohort, or has loans that it arranged: ask it in every round.</summary>
    [Alias("Wake"), AlwaysInterleave]
    Task Wake(string pool);
}
