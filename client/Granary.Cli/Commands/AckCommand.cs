using System.CommandLine;
using Granary.Abstractions;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>ack ID</c>: somebody takes an alert on.</summary>
internal static class AckCommand
{
    public static Command Create(CommandScope scope)
    {
        var id = new Argument<string>("id") { Description = "or a unique beginning of one", HelpName = "ID" };
        var by = new Option<string?>("--by") { Description = "who takes it on (default: you)", HelpName = "NAME" };
        var comment = new Option<string?>("--comment") { Description = "for the others", HelpName = "TEXT" };
        var undo = new Option<bool>("--undo") { Description = "nobody has taken it on any more" };
        return scope.Does(new Command("ack", "take an alert on: it is not told again unless it gets worse") { id, by, comment, undo }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var alert = await client.AcknowledgeAsync(new AcknowledgeRequest(call.Get(id)!, SilenceCommand.Who(call, by), call.Get(comment) ?? "", call.Get(undo)), cancel);
            if (call.Format == OutputFormat.Table) call.Out.WriteLine(call.Get(undo) ? $"{alert.Id} is nobody's again" : $"{alert.Id} taken on by {alert.AcknowledgedBy}");
            else call.Write([alert], AlertListing.Alerts(call.Now));
            return ExitCodes.Done;
        });
    }
}
