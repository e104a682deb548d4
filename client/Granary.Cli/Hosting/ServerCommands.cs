using Granary.Model;

namespace Granary.Cli.Hosting;

/// <summary>The one place where the command line meets the programs that stay: the server and the node agent.</summary>
internal static class ServerCommands
{
    public static Task<int> Up(UpOptions options, CancellationToken cancel) => throw Absent("server");

    public static Task<int> Node(NodeOptions options, CancellationToken cancel) => throw Absent("node agent");

    /// <summary>What a server on this data directory would use.</summary>
    public static IEnumerable<Setting> Settings(string? dataDirectory) => [];

    private static GranaryException Absent(string what) => GranaryException.Unavailable($"this build carries no {what}; build it with ./granary");
}
