using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>metrics [POOL]</c>: what became of tasks by class, what went wrong, or the pool's queue over time.</summary>
internal static class MetricsCommand
{
    public static Command Create(CommandScope scope)
    {
        var pool = new Argument<string?>("pool") { Description = "of this pool alone (default: all)", HelpName = "POOL", Arity = ArgumentArity.ZeroOrOne };
        var errors = new Option<bool>("--errors") { Description = "what went wrong most often: reasons, and whose tasks met them where" };
        var latest = new Option<bool>("--latest") { Description = "the last values of what can be had over time" };
        var series = new SeriesOptions("queued, running, failed_ratio, waiting/Capacity, used/cpu", "classes of tasks");
        var command = new Command("metrics", "completion times, errors and efficiency by class of task; a pool's queue over time") { pool, errors, latest };
        series.AddTo(command);
        return scope.Does(command,
            (call, cancel) => call.Show(
                async () =>
                {
                    var client = await call.Connect(cancel);
                    var named = call.Get(pool);
                    if (series.Query(call) is { } query)
                    {
                        SeriesOptions.Write(call, named ?? TaskId.DefaultPool, await client.PoolTelemetryAsync(named ?? TaskId.DefaultPool, query, cancel));
                        return ExitCodes.Done;
                    }
                    if (call.Get(latest))
                    {
                        call.Write(await client.PoolMetricsAsync(named ?? TaskId.DefaultPool, cancel), TelemetryListing.Latest(call.Now));
                        return ExitCodes.Done;
                    }
                    Write(call, await Summaries(client, named, cancel), call.Get(errors));
                    return ExitCodes.Done;
                },
                cancel));
    }

    private static async Task<IReadOnlyList<ApplicationSummary>> Summaries(GranaryClient client, string? pool, CancellationToken cancel)
    {
        var all = new List<ApplicationSummary>();
        foreach (var name in pool is { Length: > 0 } ? [pool] : (await client.PoolNamesAsync(cancel)).Order(StringComparer.Ordinal).ToArray())
            all.Add(await client.ApplicationAsync(name, ct: cancel));
        return all;
    }

    private static void Write(Call call, IReadOnlyList<ApplicationSummary> pools, bool errors)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
            call.Document(new JsonArray([.. pools.Select(p => JsonSerializer.SerializeToNode(ApplicationJson.From(p), GranaryJson.Default.ApplicationJson))]));
        else if (errors) call.Write([.. pools.SelectMany(p => p.Errors.Patterns.Select(e => new PoolError(p.Pool, e)))], MetricsListing.Errors);
        else call.Write([.. pools.SelectMany(p => ApplicationJson.From(p).Classes)], MetricsListing.Classes(call.Now));
    }
}
