using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;

namespace Granary.Rest.Tasks;

/// <summary>Lists tasks of one pool or of all: pools by name, in each the newest first. A page may be shorter than its limit only at the end.</summary>
internal static class TaskListing
{
    private static readonly TaskStateConverter States = new();

    /// <returns>The rows and the cursor of the next page, null when there is none.</returns>
    public static async Task<(IReadOnlyList<TaskJson> Rows, string? Cursor)> Read(Cluster cluster, QueryReader query, TimeProvider time)
    {
        var filter = Filter(query, time.GetUtcNow());
        var pools = query.Text("pool") is { Length: > 0 } pool ? await One(cluster, pool) : await cluster.PoolNames();
        var (from, before) = Cursor(query.Text("cursor"));
        var rows = new List<TaskJson>();
        foreach (var name in pools)
        {
            var order = from is null ? 1 : string.CompareOrdinal(name, from);
            if (order < 0) continue;
            var next = order == 0 ? before : 0;
            do
            {
                var page = await cluster.Pool(name).List(filter with { Before = next, Limit = filter.Limit - rows.Count });
                rows.AddRange(page.Tasks.Select(TaskJson.From));
                next = page.Next;
                if (rows.Count >= filter.Limit)
                    return (rows, next > 0 ? $"{name}/{next}" : Following(pools, name) is { } following ? $"{following}/0" : null);
            }
            while (next > 0);
        }
        return (rows, null);
    }

    private static async Task<IReadOnlyList<string>> One(Cluster cluster, string pool)
    {
        await cluster.KnownPool(pool);
        return [pool];
    }

    private static string? Following(IReadOnlyList<string> pools, string name) =>
        pools.FirstOrDefault(other => string.CompareOrdinal(other, name) > 0);

    private static TaskQuery Filter(QueryReader query, DateTimeOffset now) => new()
    {
        Agent = query.Text("agent"),
        Name = query.Text("name"),
        States = query.Words("state").Select(State).ToList() is { Count: > 0 } states ? states : null,
        Labels = Labels(query),
        SubmittedFrom = query.Time("since", now),
        SubmittedTo = query.Time("until", now),
        Limit = (int)query.Number("limit", Pages.DefaultLimit, 1, TaskQuery.MaxLimit),
    };

    private static TaskState State(string word) => States.TryParse(word, out var state)
        ? state
        : throw GranaryException.Invalid($"query parameter 'state' is '{Text.Clip(word)}'; expected some of {string.Join(", ", States.Words)}");

    private static Dictionary<string, string>? Labels(QueryReader query)
    {
        Dictionary<string, string>? labels = null;
        foreach (var text in query.Values("label"))
        {
            var equals = text.IndexOf('=');
            if (equals <= 0) throw GranaryException.Invalid($"query parameter 'label' is '{Text.Clip(text)}'; expected key=value");
            (labels ??= new(StringComparer.Ordinal))[text[..equals]] = text[(equals + 1)..];
        }
        return labels;
    }

    /// <summary><c>pool/before</c>: go on in that pool below that number (0: from its newest), then with the pools after it.</summary>
    private static (string? Pool, long Before) Cursor(string text)
    {
        if (text.Length == 0) return (null, 0);
        var slash = text.LastIndexOf('/');
        return slash > 0 && long.TryParse(text.AsSpan(slash + 1), out var before) && before >= 0
            ? (text[..slash], before)
            : throw GranaryException.Invalid($"query parameter 'cursor' is '{Text.Clip(text)}'; pass the cursor of the page before as it was");
    }
}
