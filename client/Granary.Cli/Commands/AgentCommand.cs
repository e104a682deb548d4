using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>agent set ID</c>: declares an agent or changes what it is owed; what is not written stays as it is.</summary>
internal static class AgentCommand
{
    public static Command Create(CommandScope scope)
    {
        var id = new Argument<string>("id") { Description = "its id, in full", HelpName = "ID" };
        var weight = new Option<double>("--weight") { Description = "relative share, over 0", HelpName = "N" };
        var group = new Option<string?>("--group") { Description = "path in the agents' tree", HelpName = "a/b" };
        var @class = new Option<PriorityClass>("--class") { Description = "low, normal, high or critical", HelpName = "CLASS", CustomParser = Parse.Word<PriorityClass>("--class") };
        var guarantee = new Option<ResourceSet>("--guarantee") { Description = "what it can always get back", HelpName = "cpu=2,...", CustomParser = Parse.Resources("--guarantee") };
        var limit = new Option<ResourceSet>("--limit") { Description = "what it can never exceed", HelpName = "cpu=8,...", CustomParser = Parse.Resources("--limit") };
        var label = new Option<IReadOnlyDictionary<string, string>>("--label") { Description = "may be repeated", HelpName = "K=V", CustomParser = Parse.Pairs("--label") };
        weight.Validators.Add(Weight);
        var set = scope.Does(
            new Command("set", "declare an agent, or change what it is owed") { id, weight, group, @class, guarantee, limit, label },
            async (call, cancel) =>
            {
                var client = await call.Connect(cancel);
                var name = call.Get(id)!;
                if (!Names.IsValid(name)) throw GranaryException.Invalid($"'{name}' is no agent id; write {Names.Rule}");
                var before = await Existing(client, name, cancel) ?? new AgentSpec { Id = name };
                var after = before with
                {
                    Weight = call.Has(weight) ? call.Get(weight) : before.Weight,
                    Group = call.Has(group) ? call.Get(group)! : before.Group,
                    Class = call.Has(@class) ? call.Get(@class) : before.Class,
                    Guarantee = call.Has(guarantee) ? call.Get(guarantee)! : before.Guarantee,
                    Limit = call.Has(limit) ? call.Get(limit)! : before.Limit,
                    Labels = call.Has(label) ? call.Get(label) : before.Labels,
                };
                var view = await client.SetAgentAsync(after, cancel);
                call.Write([view], AgentListing.All);
                return ExitCodes.Done;
            });
        return new Command("agent", "one agent: what it is owed") { set };
    }

    private static async Task<AgentSpec?> Existing(GranaryClient client, string id, CancellationToken cancel)
    {
        try
        {
            return (await client.AgentAsync(id, cancel)).Spec;
        }
        catch (GranaryException e) when (e.Code == ErrorCode.NotFound)
        {
            return null;
        }
    }

    private static void Weight(OptionResult result)
    {
        if (result.Implicit || result.Tokens.Count == 0) return;
        var text = result.Tokens[0].Value;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(value > 0 && value <= 1_000_000))
            result.AddError($"--weight is '{text}'; it must be over 0 and at most 1000000");
    }
}
