using System.Globalization;
using Granary.Client;

namespace Granary.Cli.Hosting;

/// <summary>What a client of this machine uses, and why.</summary>
internal static class ClientSettings
{
    public static IEnumerable<Setting> Read(string? serverOption, string? dataOption, Func<string, string?> environment)
    {
        var local = new LocalServer(dataOption);
        yield return new("client:data_directory", local.DataDirectory,
            dataOption is not null ? "--data" : Variable(environment, LocalServer.DataDirectoryVariable) ? LocalServer.DataDirectoryVariable : "default");
        yield return Server(local, serverOption, environment);
        yield return Variable(environment, GranaryClientOptions.TokenVariable)
            ? new("client:token", "(set)", GranaryClientOptions.TokenVariable)
            : local.ReadToken() is null ? new("client:token", "", "none found") : new("client:token", "(set)", local.TokenFile);
        yield return new("client:host", Commands.VersionCommand.GrainHost, "build");
    }

    private static Setting Server(LocalServer local, string? option, Func<string, string?> environment)
    {
        const string Name = "client:server";
        if (option is not null) return new(Name, option, "--server");
        if (Variable(environment, GranaryClientOptions.ServerVariable)) return new(Name, environment(GranaryClientOptions.ServerVariable)!, GranaryClientOptions.ServerVariable);
        return local.Read() is { } record
            ? new(Name, record.Gateway, local.ServerFile)
            : new(Name, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{LocalServer.DefaultGatewayPort}"), "default");
    }

    private static bool Variable(Func<string, string?> environment, string name) => !string.IsNullOrWhiteSpace(environment(name));
}
