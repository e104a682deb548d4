using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Granary.Cli.CommandLine;

namespace Granary.Cli.Commands;

/// <summary><c>version</c>: this build and the host its grains are compiled for.</summary>
internal static class VersionCommand
{
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public static string GrainHost { get; } = typeof(VersionCommand).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => a.Key == "GrainHost")?.Value ?? "unknown";

    public static Command Create(CommandScope scope) => scope.Does(new Command("version", "this build"), (call, _) =>
    {
        if (call.ForPeople) call.Out.WriteLine($"granary {Version} (host {GrainHost}, {RuntimeInformation.FrameworkDescription})");
        else if (call.Format == Output.OutputFormat.Name) call.Out.WriteLine(Version);
        else
        {
            call.Document(new JsonObject
            {
                ["version"] = Version,
                ["host"] = GrainHost,
                ["runtime"] = RuntimeInformation.FrameworkDescription,
            });
        }
        return Task.FromResult(ExitCodes.Done);
    });
}
