using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>unreserve ID...</c>: gives reservations up; what runs in them goes on.</summary>
internal static class UnreserveCommand
{
    public static Command Create(CommandScope scope)
    {
        var ids = new Argument<string[]>("ids") { Description = "POOL/rN, or rN in the pool default", HelpName = "ID...", Arity = ArgumentArity.OneOrMore };
        return scope.Does(new Command("unreserve", "give reservations up; what runs in them goes on") { ids }, async (call, cancel) =>
        {
            // All ids are read before the first is given up.
            var parsed = new List<ReservationId>();
            foreach (var text in call.Get(ids)!)
                parsed.Add(ReservationId.TryParse(text, out var id) ? id : throw GranaryException.Invalid($"'{text}' is no reservation id; write POOL/rN, or rN for the pool default"));
            var client = await call.Connect(cancel);
            var ended = new List<ReservationView>();
            foreach (var id in parsed) ended.Add(await client.UnreserveAsync(id, cancel));
            if (call.Format is OutputFormat.Table)
                foreach (var view in ended) call.Out.WriteLine($"{view.Id} given up");
            else call.Write(ended, ReservationListing.At(call.Now));
            return ExitCodes.Done;
        });
    }
}
