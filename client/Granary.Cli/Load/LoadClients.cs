using System.Globalization;
using Granary.Abstractions;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Load;

/// <summary>
/// Connections that take turns, each for the next agent. Calls go straight to the pool, one attempt each, so that a refusal is counted and not
/// repeated behind the figures.
/// </summary>
/// <param name="clients">At least one.</param>
/// <param name="options">What to ask.</param>
/// <param name="rest">What submits instead of them; null for themselves.</param>
internal sealed class LoadClients(IReadOnlyList<GranaryClient> clients, LoadOptions options, RestSubmitter? rest = null)
{
    private readonly IPoolGrain[] _pools = [.. clients.Select(c => c.Cluster.GetGrain<IPoolGrain>(options.Pool))];
    private readonly Random _draws = new(options.Seed);
    private readonly long[] _last = new long[clients.Count];
    private readonly string _run = Guid.NewGuid().ToString("N")[..12];

    /// <summary>The nth call. Called by one thread.</summary>
    public (LoadCall Call, Func<Task<string?>> Make) Next(long n)
    {
        var call = options.Mix.Choose(_draws.NextDouble());
        var client = (int)(n % _pools.Length);
        // before the first task there is nothing to wait for or to cancel
        if (call is LoadCall.Wait or LoadCall.Cancel && Volatile.Read(ref _last[client]) == 0) call = LoadCall.Submit;
        return (call, () => TryAsync(call, client, n));
    }

    private async Task<string?> TryAsync(LoadCall call, int client, long n)
    {
        try
        {
            if (call == LoadCall.Submit && rest is not null) return await SubmitByRestAsync(rest, client, n).ConfigureAwait(false);
            await MakeAsync(call, client, n).ConfigureAwait(false);
            return null;
        }
        catch (GranaryException e)
        {
            return Output.Words.Snake(e.Code);
        }
        catch (TimeoutException)
        {
            return "timed_out";
        }
    }

    private async Task<string?> SubmitByRestAsync(RestSubmitter submitter, int client, long n)
    {
        var (first, count, failed) = await submitter.SubmitAsync(options.Pool, Batch(AgentOf(n), n)).ConfigureAwait(false);
        if (failed is null) Volatile.Write(ref _last[client], first + count - 1);
        return failed;
    }

    private async Task MakeAsync(LoadCall call, int client, long n)
    {
        var agent = AgentOf(n);
        switch (call)
        {
            case LoadCall.Submit:
                var reply = await _pools[client].Submit(Batch(agent, n)).ConfigureAwait(false);
                Volatile.Write(ref _last[client], reply.First + reply.Count - 1);
                break;
            case LoadCall.Query:
                await _pools[client].List(new TaskQuery { Agent = agent, Limit = 20 }).ConfigureAwait(false);
                break;
            case LoadCall.Wait:
                await clients[client].WaitAsync(new TaskId(options.Pool, Volatile.Read(ref _last[client])), TimeSpan.FromSeconds(30)).ConfigureAwait(false);
                break;
            default:
                await _pools[client].Cancel(new CancelRequest([Volatile.Read(ref _last[client])], "load")).ConfigureAwait(false);
                break;
        }
    }

    private string AgentOf(long n) => options.Agents == 1
        ? options.Agent
        : string.Create(CultureInfo.InvariantCulture, $"{options.Agent}-{n / _pools.Length % options.Agents + 1}");

    private SubmitBatch Batch(string agent, long n)
    {
        var items = new SubmitItem[options.Batch];
        for (var i = 0; i < items.Length; i++)
            items[i] = new SubmitItem(new TaskSpec
            {
                Agent = agent,
                Name = string.Create(CultureInfo.InvariantCulture, $"load-{i}"),
                Command = options.Command,
                Handler = options.Command.Count == 0 ? options.Handler : "",
                Resources = options.Resources,
            });
        return new SubmitBatch(string.Create(CultureInfo.InvariantCulture, $"{_run}-{n}"), items);
    }
}
