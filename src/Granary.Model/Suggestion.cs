namespace Granary.Model;

/// <summary>The known word that a mistyped one was probably meant to be.</summary>
public static class Suggestion
{
    /// <summary>Null when nothing is near: within a third of the longer word's letters, at least one and at most three.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > 64) return null;
        string? best = null;
        var least = int.MaxValue;
        foreach (var candidate in known)
        {
            var distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < least && distance <= Math.Clamp(Math.Max(word.Length, candidate.Length) / 3, 1, 3))
                (best, least) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours. Source: optimal string alignment, after Damerau (1964).</summary>
    private static int Distance(string a, string b)
    {
        var (before, previous, current) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++) previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var step = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) step = Math.Min(step, before[j - 2] + 1);
                current[j] = step;
            }
            (before, previous, current) = (previous, current, before);
        }
        return previous[b.Length];
    }
}
