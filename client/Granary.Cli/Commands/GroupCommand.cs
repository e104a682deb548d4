using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>group set PATH</c>: declares a group of agents or changes what it is owed as a whole; what is not written stays as it is.</summary>
internal static class GroupCommand
{
    public static Command Create(CommandScope scope)
    {
        var path = new Argument<string>("path") { Description = "names from the root with / between", HelpName = "PATH" };
        var weight = new Option<double>("--weight") { Description = "relative share among its siblings; 0 for the sum of its members'", HelpName = "N" };
        var guarantee = new Option<ResourceSet>("--guarantee") { Description = "what its members can always get back together", HelpName = "cpu=2,...", CustomParser = Parse.Resources("--guarantee") };
        var limit = new Option<ResourceSet>("--limit") { Description = "what its members can never exceed together", HelpName = "cpu=8,...", CustomParser = Parse.Resources("--limit") };
        weight.Validators.Add(Weight);
        var set = scope.Does(
            new Command("set", "declare a group, or change what it is owed as a whole") { path, weight, guarantee, limit },
            async (call, cancel) =>
            {
                var name = call.Get(path)!;
                if (!GroupPaths.IsValid(name)) throw GranaryException.Invalid($"'{name}' is no group; {GroupPaths.Rule}");
                var client = await call.Connect(cancel);
                var before = (await client.GroupsAsync(cancel)).FirstOrDefault(g => g.Path == name) ?? new GroupSpec { Path = name };
                await client.SetGroupAsync(before with
                {
                    Weight = call.Has(weight) ? call.Get(weight) : before.Weight,
                    Guarantee = call.Has(guarantee) ? call.Get(guarantee)! : before.Guarantee,
                    Limit = call.Has(limit) ? call.Get(limit)! : before.Limit,
                }, cancel);
                call.Write([.. (await QuotaCommand.Rows(client, "", cancel)).Where(q => q.Kind == "group" && q.Name == name)], QuotaListing.All);
                return ExitCodes.Done;
            });
        return new Command("group", "one group of agents: what it is owed as a whole") { set };
    }

    private static void Weight(OptionResult result)
    {
        if (result.Implicit || result.Tokens.Count == 0) return;
        var text = result.Tokens[0].Value;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(value >= 0 && value <= 1_000_000))
            result.AddError($"--weight is '{text}'; it must be 0, for the sum of its members' weights, or up to 1000000");
    }
}
