using System.CommandLine;
using Granary.Abstractions;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>inbox</c>: tasks that wait for a person.</summary>
internal static class InboxCommand
{
    public static Command Create(CommandScope scope)
    {
        var pool = new Option<string?>("--pool", "-p") { Description = "only this pool", HelpName = "POOL" };
        var agent = new Option<string?>("--agent", "-a") { Description = "only this agent's", HelpName = "AGENT" };
        var assignee = new Option<string?>("--assignee") { Description = "for this person or anybody, and claimed by nobody else", HelpName = "NAME" };
        var role = new Option<string?>("--role") { Description = "for this role or any", HelpName = "NAME" };
        return scope.Does(new Command("inbox", "work that waits for people, the longest waiting first") { pool, agent, assignee, role }, (call, cancel) => call.Show(
            async () =>
            {
                var client = await call.Connect(cancel);
                var from = call.Get(pool) is { Length: > 0 } p ? await Lookup.Pool(client, p, cancel) : null;
                var query = new InboxQuery(call.Get(assignee) ?? "", call.Get(agent) ?? "", call.Get(role) ?? "");
                call.Write(await client.InboxAsync(query, from, cancel), InboxListing.At(call.Now));
                return ExitCodes.Done;
            },
            cancel));
    }
}
