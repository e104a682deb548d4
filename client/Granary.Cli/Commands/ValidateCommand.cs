using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;

namespace Granary.Cli.Commands;

/// <summary><c>validate FILE</c>: checks a fleet file without a server.</summary>
internal static class ValidateCommand
{
    public static Command Create(CommandScope scope)
    {
        var file = new Argument<string>("file") { Description = "fleet file, YAML or JSON; - for standard input", HelpName = "FILE" };
        return scope.Does(new Command("validate", "check a fleet file without a server") { file }, (call, _) =>
        {
            var path = call.Get(file)!;
            var result = Load(path);
            if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
            {
                call.Document(new JsonObject
                {
                    ["valid"] = result.IsValid,
                    ["problems"] = new JsonArray([.. result.Problems.Select(p => (JsonNode)new JsonObject
                    {
                        ["file"] = p.File,
                        ["line"] = p.Line,
                        ["message"] = p.Message,
                    })]),
                });
            }
            if (result.Fleet is null) return Task.FromResult(Refuse(call, result));
            if (call.ForPeople) call.Out.WriteLine($"{path} is valid: {Describe(result.Fleet)}");
            return Task.FromResult(ExitCodes.Done);
        });
    }

    internal static FleetFileResult Load(string path) =>
        path == "-" ? FleetFile.Read(Console.OpenStandardInput(), "standard input") : FleetFile.Load(path);

    /// <summary>Each problem on a line of its own.</summary>
    internal static int Refuse(Call call, FleetFileResult result)
    {
        foreach (var problem in result.Problems) call.Note(problem.ToString());
        if (result.MoreProblems > 0) call.Note(string.Create(CultureInfo.InvariantCulture, $"{result.Problems[0].File}: and {result.MoreProblems} more problems"));
        return ExitCodes.Usage;
    }

    internal static string Describe(FleetSpec fleet)
    {
        var parts = new List<string>();
        void Add(int count, string one)
        {
            if (count > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? "" : "s")}"));
        }

        Add(fleet.Pools.Count, "pool");
        Add(fleet.Agents.Count, "agent");
        Add(fleet.Nodes.Count, "node");
        Add(fleet.Reservations.Count, "reservation");
        Add(fleet.Tasks.Sum(t => t.Count), "task");
        return parts.Count == 0 ? "nothing in it" : string.Join(", ", parts);
    }
}
