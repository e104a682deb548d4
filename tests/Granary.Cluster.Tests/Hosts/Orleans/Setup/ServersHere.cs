using System.Globalization;
using System.Security.Cryptography;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Silo;
using Granary.Silo.Database;
using Granary.Storage;

namespace Granary.Cluster.Tests.Setup;

/// <summary>Servers of one cluster in this very process, so that a test can look into them.</summary>
internal sealed class ServersHere : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("granary-here-").FullName;
    private readonly string _token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    private readonly List<GranaryServer> _servers = [];

    public IReadOnlyList<GranaryServer> All => _servers;

    public static async Task<ServersHere> StartAsync(int count, params (string Key, string Value)[] settings)
    {
        var database = await ClusterDatabase.CreateEmptyAsync();
        await new PostgresUpkeep(database).InitAsync();
        await OrleansTables.ApplyAsync(database);
        var here = new ServersHere();
        try
        {
            for (var i = 0; i < count; i++) await here.AddAsync(database.ConnectionString, settings);
        }
        catch
        {
            await here.DisposeAsync();
            throw;
        }
        return here;
    }

    /// <summary>A client that comes in by one of them alone.</summary>
    public Task<GranaryClient> ConnectAsync(GranaryServer server) => GranaryClient.ConnectAsync(
        new GranaryClientOptions { Server = FreePort.Loopback(server.Settings.GatewayPort), Token = _token, DataDirectory = _root, ConnectTimeout = TimeSpan.FromSeconds(30) });

    private async Task AddAsync(string database, (string Key, string Value)[] settings)
    {
        var data = Path.Combine(_root, _servers.Count.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(data);
        var token = Path.Combine(data, "token");
        await File.WriteAllTextAsync(token, _token);
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var options = new Dictionary<string, string?>
        {
            ["Server:Data"] = data,
            ["Server:GatewayPort"] = "0",
            ["Server:HttpPort"] = "0",
            ["Server:LocalNode"] = "false",
            ["Server:LogLevel"] = "Warning",
            ["Cluster:Enabled"] = "true",
            ["Cluster:SiloPort"] = "0",
            ["Storage:Provider"] = "Postgres",
            ["Storage:ConnectionString"] = database,
        };
        foreach (var (key, value) in settings) options[key] = value;
        _servers.Add(await ServerProgram.StartAsync(options));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
