using Granary.Balancing.Backends;

namespace Granary.Balancing.Algorithms;

/// <summary>
/// How many backends the algorithms that compare all look at: as many as there are up to <see cref="Most"/>, else so many from a random place on, so that
/// a choice among thousands costs no more. The best of 64 drawn at random is among the best 5% in 96 of 100 choices.
/// </summary>
internal static class Window
{
    public const int Most = 64;

    public static int Of(Roster roster) => Math.Min(roster.Count, Most);
}
