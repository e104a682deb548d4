using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>reservations</c>: what is set aside, for whom and when.</summary>
internal static class ReservationsCommand
{
    public static Command Create(CommandScope scope)
    {
        var pool = new Option<string?>("--pool", "-p") { Description = "only of this pool (default: all)", HelpName = "POOL" };
        var agent = new Option<string?>("--agent", "-a") { Description = "only of this agent", HelpName = "AGENT" };
        var all = new Option<bool>("--all") { Description = "with those that have ended" };
        return scope.Does(
            new Command("reservations", "capacity set aside for agents in time windows") { pool, agent, all },
            (call, cancel) => call.Show(
                async () =>
                {
                    var client = await call.Connect(cancel);
                    var name = call.Get(pool) is { Length: > 0 } p ? await Lookup.Pool(client, p, cancel) : null;
                    var rows = await client.ReservationsAsync(name, cancel);
                    call.Write(
                        [.. rows.Where(r => (call.Get(all) || r.State != ReservationState.Ended) && (call.Get(agent) is not { Length: > 0 } a || r.Spec.Agent == a))],
                        ReservationListing.At(call.Now));
                    return ExitCodes.Done;
                },
                cancel));
    }
}
