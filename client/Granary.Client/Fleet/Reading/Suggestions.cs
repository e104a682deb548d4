namespace Granary.Client;

/// <summary>What somebody who wrote an unknown word probably meant.</summary>
internal static class Suggestions
{
    /// <summary>Words of other systems, and what they are called here.</summary>
    private static readonly Dictionary<string, string> OtherWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["timeout"] = "time_limit",
        ["walltime"] = "time_limit",
        ["depends_on"] = "after",
        ["dependson"] = "after",
        ["needs"] = "after",
        ["dependencies"] = "after",
        ["replicas"] = "count",
        ["instances"] = "count",
        ["array"] = "count",
        ["cmd"] = "command",
        ["run"] = "command",
        ["script"] = "command",
        ["args"] = "command",
        ["environment"] = "env",
        ["cwd"] = "workdir",
        ["working_dir"] = "workdir",
        ["working_directory"] = "workdir",
        ["requests"] = "resources",
        ["tenant"] = "agent",
        ["owner"] = "agent",
        ["queue"] = "pool",
        ["partition"] = "pool",
        ["jobs"] = "tasks",
        ["mem"] = "memory",
        ["ram"] = "memory",
        ["cores"] = "cpu",
        ["vram"] = "gpu_memory",
        ["bandwidth"] = "network",
        ["disk"] = "storage",
        ["license"] = "custom",
        ["prio"] = "priority",
        ["tags"] = "labels",
        ["estimate"] = "duration",
        ["max_retries"] = "retries",
        ["limits"] = "limit",
        ["quota"] = "limit",
        ["share"] = "weight",
        ["shares"] = "weight",
        ["max_fail"] = "may_fail",
        ["allow_failure"] = "may_fail",
    };

    /// <summary>The known word nearest to <paramref name="word"/>; null when none is near.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        if (word.Length > 40) return null;
        var all = known as IReadOnlyCollection<string> ?? [.. known];
        if (OtherWords.TryGetValue(word, out var meant) && all.Contains(meant)) return meant;
        var written = word.ToLowerInvariant().Replace('-', '_');
        var near = all.Select(k => (Word: k, Distance: Distance(written, k))).OrderBy(k => k.Distance).ThenBy(k => k.Word, StringComparer.Ordinal)
            .FirstOrDefault();
        return near.Word is not null && near.Distance <= Math.Max(1, Math.Min(word.Length, near.Word.Length) / 3) ? near.Word : null;
    }

    /// <summary><c>; did you mean 'x'?</c>, or the words there are.</summary>
    public static string Hint(string word, IReadOnlyCollection<string> known) =>
        For(word, known) is { } meant ? $"did you mean '{meant}'?" : $"known are {string.Join(", ", known)}";

    /// <summary>Edits (insert, delete, change, swap neighbours) between two words. Source: optimal string alignment distance.</summary>
    internal static int Distance(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[b.Length];
    }
}
