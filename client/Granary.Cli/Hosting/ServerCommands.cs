using System.Globalization;
using System.Runtime.CompilerServices;
using Granary.Client;
using Granary.Execution.Shim;
using Granary.Silo;
using Granary.Silo.Configuration;
using Granary.Silo.Tls;

namespace Granary.Cli.Hosting;

/// <summary>
/// The one place where the command line meets the programs that stay: the server, the node agent and its shim. Never inlined, so that short
/// commands do not load what only these need.
/// </summary>
internal static class ServerCommands
{
    public static bool IsShim(string[] args) => args.Length > 0 && args[0] == "shim";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Shim(string[] args) => ShimProgram.Main(args[1..]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<int> Up(UpOptions options, CancellationToken cancel) => ServerProgram.RunAsync(Words(options), cancel);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<int> Node(NodeOptions options, CancellationToken cancel) => NodeProgram.RunAsync(
        new NodeRequest
        {
            Join = options.Join,
            Name = options.Name,
            Pool = options.Pool,
            Capacity = options.Capacity,
            Labels = options.Labels,
            DataDirectory = options.DataDirectory,
            RunAs = options.RunAs,
            TokenFile = options.TokenFile,
            Authority = options.Authority,
            Fingerprint = options.Fingerprint,
        },
        cancel);

    /// <summary>What a server on this data directory would use.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IEnumerable<Setting> Settings(string? dataDirectory)
    {
        var data = new LocalServer(dataDirectory).DataDirectory;
        var configuration = GranaryConfiguration.Load(data, Words(new UpOptions { DataDirectory = data }));
        return ConfigurationReport.Describe(configuration, ServerProgram.Sections).Select(e => new Setting(e.Key, e.Value, e.Source));
    }

    /// <summary>As whom tasks of a server or node on this data directory would run.</summary>
    /// <exception cref="Model.GranaryException">The setting cannot be followed.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string RunsAs(string? dataDirectory) => NodeSettings.RunsAs(new LocalServer(dataDirectory).DataDirectory);

    /// <summary>Upkeep of what a server on this data directory would keep its pools in.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DatabaseUpkeep Database(string? dataDirectory) => DatabaseUpkeep.At(new LocalServer(dataDirectory).DataDirectory);

    /// <summary>Options of the command line as settings; what was not given is not there.</summary>
    private static Dictionary<string, string?> Words(UpOptions options)
    {
        var words = new Dictionary<string, string?>();
        Add(nameof(ServerSettings.Data), options.DataDirectory);
        Add(nameof(ServerSettings.Listen), options.Listen);
        Add(nameof(ServerSettings.GatewayPort), options.GatewayPort?.ToString(CultureInfo.InvariantCulture));
        Add(nameof(ServerSettings.HttpPort), options.HttpPort?.ToString(CultureInfo.InvariantCulture));
        Add(nameof(ServerSettings.LocalNode), options.NoNode ? "false" : null);
        AddTls(nameof(TlsSettings.Certificate), Whole(options.TlsCertificate));
        AddTls(nameof(TlsSettings.Key), Whole(options.TlsKey));
        AddTls(nameof(TlsSettings.SelfSigned), options.TlsSelfSigned ? "true" : null);
        return words;

        void Add(string key, string? value)
        {
            if (value is not null) words[$"{ServerSettings.Section}:{key}"] = value;
        }

        void AddTls(string key, string? value)
        {
            if (value is not null) words[$"{TlsSettings.Section}:{key}"] = value;
        }

        static string? Whole(string? path) => path is null ? null : Path.GetFullPath(path);
    }
}
