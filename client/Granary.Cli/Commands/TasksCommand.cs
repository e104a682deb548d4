using System.CommandLine;
using Granary.Abstractions;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>tasks</c>: many tasks, oldest first, of one pool or all.</summary>
internal static class TasksCommand
{
    public static Command Create(CommandScope scope)
    {
        var pool = new Option<string?>("--pool", "-p") { Description = "only of this pool (default: all)", HelpName = "POOL" };
        var agent = new Option<string?>("--agent", "-a") { Description = "only of this agent", HelpName = "AGENT" };
        var state = new Option<string[]>("--state")
        {
            Description = "only in these states: queued, placed, running, succeeded, failed, cancelled, preempted, rejected, lost",
            HelpName = "STATE,...",
        };
        var name = new Option<string?>("--name") { Description = "only with this name", HelpName = "NAME" };
        var label = new Option<IReadOnlyDictionary<string, string>>("--label")
        {
            Description = "only with this label; may be repeated",
            HelpName = "K=V",
            CustomParser = Parse.Pairs("--label"),
        };
        var limit = new Option<int>("--limit") { Description = "only the newest N", HelpName = "N", DefaultValueFactory = _ => int.MaxValue };
        state.Validators.Add(result => States(result.Tokens.Select(t => t.Value), result.AddError));
        limit.Validators.Add(Parse.AtLeast("--limit", 1));

        return scope.Does(
            new Command("tasks", "many tasks: what they are, where they are, why they wait") { pool, agent, state, name, label, limit },
            (call, cancel) => call.Show(
                async () =>
                {
                    var client = await call.Connect(cancel);
                    var query = new TaskQuery
                    {
                        Agent = call.Get(agent) is { Length: > 0 } a ? await Lookup.Agent(client, a, cancel) : "",
                        States = call.Get(state) is { Length: > 0 } s ? States(s, null) : null,
                        Name = call.Get(name) ?? "",
                        Labels = call.Get(label) is { Count: > 0 } l ? l : null,
                        Limit = Math.Min(call.Get(limit), TaskQuery.MaxLimit),
                    };
                    var pools = call.Get(pool) is { Length: > 0 } p ? [await Lookup.Pool(client, p, cancel)] : await client.PoolNamesAsync(cancel);
                    call.Write(await Read(client, pools, query, call.Get(limit), cancel), TaskListing.At(call.Now));
                    return ExitCodes.Done;
                },
                cancel));
    }

    /// <summary>The newest of all pools together, oldest first.</summary>
    private static async Task<IReadOnlyList<TaskView>> Read(
        GranaryClient client, IReadOnlyList<string> pools, TaskQuery query, int limit, CancellationToken cancel)
    {
        var tasks = new List<TaskView>();
        foreach (var pool in pools)
        {
            var read = 0;
            await foreach (var task in client.ListAsync(pool, query, cancel))
            {
                tasks.Add(task);
                if (++read == limit) break;
            }
        }
        tasks.Sort((a, b) => a.Id.CompareTo(b.Id));
        return pools.Count < 2 || tasks.Count <= limit ? tasks : [.. tasks.OrderByDescending(t => t.Submitted).Take(limit).OrderBy(t => t.Id)];
    }

    private static List<TaskState> States(IEnumerable<string> written, Action<string>? refuse)
    {
        var states = new List<TaskState>();
        foreach (var word in written.SelectMany(w => w.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            if (Enum.TryParse<TaskState>(word, ignoreCase: true, out var value) && !char.IsAsciiDigit(word[0])) states.Add(value);
            else refuse?.Invoke($"--state is '{word}'; it can be {string.Join(", ", Enum.GetNames<TaskState>().Select(n => n.ToLowerInvariant()))}");
        }
        return states;
    }
}
