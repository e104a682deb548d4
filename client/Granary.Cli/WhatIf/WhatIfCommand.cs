using System.CommandLine;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Commands;
using Granary.Model;

namespace Granary.Cli.WhatIf;

/// <summary><c>whatif submit ...</c>, <c>whatif node-loss NODE</c>: what would happen, changing nothing.</summary>
internal static class WhatIfCommand
{
    public static Command Create(CommandScope scope)
    {
        var command = new Command("whatif", "what would happen, changing nothing");
        command.Subcommands.Add(Submit(scope));
        command.Subcommands.Add(NodeLoss(scope));
        return command;
    }

    private static Command Submit(CommandScope scope)
    {
        var options = new SubmitOptions();
        var command = new Command("submit", "a task or an array as for 'submit': when it would start, where, and whom it would delay");
        foreach (var option in options.All.Where(o => o != options.Wait && o != options.OperationId)) command.Options.Add(option);
        command.Arguments.Add(options.Command);
        return scope.Does(command, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var pool = call.Get(options.Pool) is { Length: > 0 } p ? p : TaskId.DefaultPool;
            if (call.Get(options.Command) is not { Length: > 0 } && string.IsNullOrEmpty(call.Get(options.Handler)) && !options.Action.Stands(call))
                throw GranaryException.Invalid("no command; write it after --, like: granary whatif submit --agent A --cpu 2 -- true");
            var after = call.Get(options.After) is { Length: > 0 } a ? await Lookup.Tasks(client, a, cancel) : [];
            var answer = await client.WhatIfSubmitAsync(new SubmitItem(options.Spec(call), call.Has(options.Count) ? call.Get(options.Count) : 1, after.Count > 0 ? after : null), pool, cancel);
            if (call.ForPeople) WhatIfText.Write(call.Out, answer, call.Now);
            else call.Document(JsonSerializer.SerializeToNode(answer, GranaryJson.Default.WhatIfSubmission));
            return answer.Admitted ? ExitCodes.Done : ExitCodes.Refused;
        });
    }

    private static Command NodeLoss(CommandScope scope)
    {
        var node = new Argument<string>("node") { Description = "name, or unique beginning of a name", HelpName = "NODE" };
        return scope.Does(new Command("node-loss", "a node: which tasks would restart, wait or be lost, and which promises would break") { node }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var answer = await client.WhatIfNodeLossAsync(await Lookup.Node(client, call.Get(node)!, cancel), cancel);
            if (call.ForPeople) WhatIfText.Write(call.Out, answer);
            else call.Document(JsonSerializer.SerializeToNode(answer, GranaryJson.Default.WhatIfNodeLoss));
            return ExitCodes.Done;
        });
    }
}
