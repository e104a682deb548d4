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
        var rate = new Option<string?>("--rate") { Description = "tasks it may submit, like 100/s, 90/m or 5000/h; none for as many as there is room for", HelpName = "N/s" };
        var burst = new Option<int?>("--burst") { Description = "tasks that may come at once (default: one second's worth)", HelpName = "N" };
        weight.Validators.Add(Weight);
        var set = scope.Does(
            new Command("set", "declare an agent, or change what it is owed") { id, weight, group, @class, guarantee, limit, rate, burst, label },
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
                    Terms = call.Has(rate) || call.Has(burst) ? WithRate(before.Terms, call.Get(rate), call.Get(burst)) : before.Terms,
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

    private static AgentTerms? WithRate(AgentTerms? before, string? text, int? burst)
    {
        var rate = before?.Rate;
        if (text == "none") rate = null;
        else if (text is not null)
            rate = SubmitRate.TryParseRate(text, out var perSecond)
                ? new SubmitRate(perSecond, burst ?? SubmitRate.DefaultBurst(perSecond))
                : throw GranaryException.Invalid($"--rate is '{text}'; write tasks in a time, like 100/s, 90/m or 5000/h, or none");
        if (burst is { } most && rate is null) throw GranaryException.Invalid("--burst needs a --rate, like --rate 100/s");
        if (burst is { } tasks) rate = rate! with { Burst = tasks };
        if (rate?.Problem() is { } problem) throw GranaryException.Invalid(problem);
        var terms = (before ?? new AgentTerms()) with { Rate = rate };
        return terms == new AgentTerms() ? null : terms;
    }

    private static void Weight(OptionResult result)
    {
        if (result.Implicit || result.Tokens.Count == 0) return;
        var text = result.Tokens[0].Value;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(value > 0 && value <= 1_000_000))
            result.AddError($"--weight is '{text}'; it must be over 0 and at most 1000000");
    }
}
