using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>What a person wrote for an id, made whole: exact names first, then a prefix that only one name has.</summary>
internal static class Lookup
{
    /// <exception cref="GranaryException">NotFound, with the names that come near; Invalid when several begin so.</exception>
    public static string Name(string what, string written, IReadOnlyCollection<string> names)
    {
        if (names.Contains(written)) return written;
        if (what == "pool" && ShardNames.Outside(written) is { } part) throw GranaryException.Invalid(part);
        var begun = names.Where(n => n.StartsWith(written, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        if (begun.Count == 1) return begun[0];
        if (begun.Count > 1)
            throw GranaryException.Invalid($"'{written}' begins {begun.Count} {what}s ({string.Join(", ", begun.Take(4))}{(begun.Count > 4 ? ", ..." : "")}); write more of it");
        var near = CommandLine.Suggestion.For(written, names) is { } n ? $"; did you mean {n}?" : $"; 'granary {what}s' lists what there is";
        throw GranaryException.NotFound($"no {what} '{written}'{near}");
    }

    /// <summary>A pool's name; a server is only asked when something was written.</summary>
    public static async Task<string> Pool(GranaryClient client, string written, CancellationToken cancel) =>
        Name("pool", written, await client.PoolNamesAsync(cancel));

    public static async Task<string> Agent(GranaryClient client, string written, CancellationToken cancel) =>
        Name("agent", written, [.. (await client.AgentsAsync(cancel)).Select(a => a.Spec.Id)]);

    public static async Task<string> Node(GranaryClient client, string written, CancellationToken cancel) =>
        Name("node", written, [.. (await client.NodesAsync(cancel)).Select(n => n.Spec.Name)]);

    public static async Task<TaskId> Task(GranaryClient client, string written, CancellationToken cancel) =>
        (await Tasks(client, [written], cancel))[0];

    /// <summary>
    /// Task ids: <c>pool/number</c> where the pool may be a prefix, or a bare number in the pool <c>default</c>, or in the only pool that has it.
    /// Numbers are never completed: a task must not be cancelled because its number begins like another's.
    /// </summary>
    public static async Task<IReadOnlyList<TaskId>> Tasks(GranaryClient client, IReadOnlyList<string> written, CancellationToken cancel)
    {
        var pools = await client.PoolNamesAsync(cancel);
        var ids = new List<TaskId>(written.Count);
        foreach (var text in written)
        {
            if (!TaskId.TryParse(text, out var id)) throw GranaryException.Invalid($"'{text}' is no task id; write POOL/NUMBER, or NUMBER for the pool default");
            if (text.Contains('/', StringComparison.Ordinal)) ids.Add(id with { Pool = pools.Contains(id.Pool) ? id.Pool : Name("pool", id.Pool, [.. pools]) });
            else if (pools.Count <= 1 || pools.All(p => p == TaskId.DefaultPool)) ids.Add(id with { Pool = pools.FirstOrDefault() ?? TaskId.DefaultPool });
            else ids.Add(await Bare(client, id.Number, pools, cancel));
        }
        return ids;
    }

    private static async Task<TaskId> Bare(GranaryClient client, long number, IReadOnlyList<string> pools, CancellationToken cancel)
    {
        var found = new List<TaskId>();
        foreach (var pool in pools.OrderBy(p => p == TaskId.DefaultPool ? 0 : 1))
        {
            try
            {
                found.Add((await client.GetAsync(new TaskId(pool, number), cancel)).Id);
                if (pool == TaskId.DefaultPool) return found[0];
            }
            catch (GranaryException e) when (e.Code == ErrorCode.NotFound)
            {
                // Another pool may have it.
            }
        }
        return found.Count switch
        {
            1 => found[0],
            0 => throw GranaryException.NotFound($"no task {number} in any pool; 'granary tasks' lists what there is"),
            _ => throw GranaryException.Invalid($"{found.Count} pools have a task {number} ({string.Join(", ", found.Take(4))}); write POOL/NUMBER"),
        };
    }
}
