using System.CommandLine;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;

namespace Granary.Cli.Commands;

/// <summary><c>quota</c>: who holds more than it is owed, who borrows, who starves, whose guarantee is not met.</summary>
internal static class QuotaCommand
{
    public static Command Create(CommandScope scope)
    {
        var pool = new Option<string?>("--pool") { Description = "of this pool alone", HelpName = "POOL" };
        return scope.Does(
            new Command("quota", "who is over, borrowing, starved, or below its guarantee, by group and agent") { pool },
            (call, cancel) => call.Show(
                async () =>
                {
                    call.Write(await Rows(await call.Connect(cancel), call.Get(pool) ?? "", cancel), QuotaListing.All);
                    return ExitCodes.Done;
                },
                cancel));
    }

    /// <param name="pool">Empty for all.</param>
    public static async Task<IReadOnlyList<QuotaJson>> Rows(GranaryClient client, string pool, CancellationToken cancel)
    {
        var rows = new List<QuotaJson>();
        if (pool.Length > 0) _ = await client.PoolAsync(pool, cancel);
        foreach (var name in pool.Length > 0 ? [pool] : (await client.PoolNamesAsync(cancel)).Order(StringComparer.Ordinal).ToArray())
            rows.AddRange(QuotaJson.Of(await client.GroupSharesAsync(name, cancel), await client.SharesAsync(name, cancel)));
        return rows;
    }
}
