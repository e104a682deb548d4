using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Cli.CommandLine;
using Granary.Cli.Hosting;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary><c>config</c>: what is in force, and where each value came from.</summary>
internal static class ConfigCommand
{
    private static Listing<Setting> Listing { get; } = new(
        [new("SETTING", s => s.Name), new("VALUE", s => s.Value), new("FROM", s => s.Source)],
        s => new JsonObject { ["name"] = s.Name, ["value"] = s.Value, ["source"] = s.Source },
        s => s.Name,
        "no settings");

    public static Command Create(CommandScope scope)
    {
        var data = new ServerPlace().Data;
        return scope.Does(new Command("config", "what is in force, and where each value came from") { data }, (call, _) =>
        {
            List<Setting> settings =
            [
                .. ClientSettings.Read(call.Server, call.Get(data), call.Surroundings.Environment),
                .. ServerCommands.Settings(call.Get(data)),
            ];
            call.Write(settings, Listing);
            return Task.FromResult(ExitCodes.Done);
        });
    }
}
