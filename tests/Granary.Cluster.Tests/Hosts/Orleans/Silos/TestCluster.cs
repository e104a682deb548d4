using System.Security.Cryptography;
using Granary.Abstractions;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;
using Granary.Storage;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Granary.Cluster.Tests.Silos;

/// <summary>Three servers (or as many as a test wants) on this machine that meet in one PostgreSQL, and node agents that know them all. Ended and removed at the end.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly List<CliProcess> _processes = [];
    private readonly List<ClusterServer> _servers = [];
    private GranaryClient? _client;

    private TestCluster(PostgresStoreOptions database)
    {
        Database = database;
        Root = Directory.CreateTempSubdirectory("granary-cluster-").FullName;
        Settings["GRANARY__Cluster__Enabled"] = "true";
        Settings["GRANARY__Storage__Provider"] = "Postgres";
        Settings["GRANARY__Storage__ConnectionString"] = database.ConnectionString;
        // a dead server is found in some three seconds; the default is made for machines that are not as full as those of tests
        Settings["GRANARY__Cluster__ProbeEvery"] = "00:00:01";
    }

    public string Root { get; }

    public PostgresStoreOptions Database { get; }

    public string Token { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public IReadOnlyList<ClusterServer> Servers => _servers;

    /// <summary>Servers that <see cref="StartAsync"/> starts.</summary>
    public int Count { get; set; } = 3;

    /// <summary>Environment of every server.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    public string Gateways => GatewaysOf(Servers);

    /// <param name="prepare">Changes settings before anything starts.</param>
    public static async Task<TestCluster> StartAsync(Action<TestCluster>? prepare = null)
    {
        var cluster = new TestCluster(await ClusterDatabase.CreateEmptyAsync());
        prepare?.Invoke(cluster);
        try
        {
            (await GranaryProgram.RunAsync(cluster.Root, ["db", "init"], cluster.Settings)).Expect(0);
            for (var i = 0; i < cluster.Count; i++) await cluster.Add().UpAsync();
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
        return cluster;
    }

    /// <summary>One more server, not started yet.</summary>
    public ClusterServer Add()
    {
        var server = new ClusterServer(this, _servers.Count + 1);
        _servers.Add(server);
        return server;
    }

    /// <summary>The SDK, with all gateways; it outlives the death of any server.</summary>
    public async Task<GranaryClient> ClientAsync() => _client ??= await ConnectAsync(Servers);

    /// <summary>A connection by some of the servers, that the caller disposes.</summary>
    public Task<GranaryClient> ConnectAsync(IEnumerable<ClusterServer> servers) => GranaryClient.ConnectAsync(
        new GranaryClientOptions { Server = GatewaysOf(servers), Token = Token, Fingerprint = Fingerprints, RetryFor = TimeSpan.FromSeconds(90), ConnectTimeout = TimeSpan.FromSeconds(30) });

    /// <summary>A pool with a node of its own, whose agent is a process that keeps its tasks when servers die.</summary>
    public async Task<string> PoolAsync(string pool)
    {
        var data = Path.Combine(Root, $"node-{pool}");
        Directory.CreateDirectory(data);
        var info = GranaryProgram.StartInfo(data, ["node", "--join", Gateways, "--name", $"n-{pool}", "--pool", pool, "--capacity", "cpu=2,memory=512Mi"]);
        info.Environment["GRANARY_TOKEN"] = Token;
        if (Fingerprints is { } known) info.Environment["GRANARY_FINGERPRINT"] = known;
        var process = Keep(CliProcess.Start(info));
        var client = await ClientAsync();
        await Until.TrueAsync(
            async () => (await client.NodesAsync()).Any(n => n.Spec.Name == $"n-{pool}" && n.State == NodeState.Ready),
            () => $"the agent of pool {pool} did not join:\n{process}");
        return pool;
    }

    /// <summary>The server whose memory has a pool.</summary>
    public async Task<ClusterServer> HolderAsync(string pool)
    {
        var cluster = (await ClientAsync()).Cluster;
        SiloAddress? silo = null;
        await Until.TrueAsync(
            async () =>
            {
                try
                {
                    silo = await cluster.GetGrain<IManagementGrain>(0).GetActivationAddress(cluster.GetGrain<IPoolGrain>(pool));
                    return silo is not null;
                }
                catch (Exception e) when (e is OrleansMessageRejectionException or ConnectionFailedException or ClientNotAvailableException)
                {
                    return false; // a gateway was lost with a server that died before: the SDK repeats its own calls, this one is Orleans'
                }
            },
            $"no server has pool {pool}");
        return Servers.Single(s => s.SiloPort == silo!.Endpoint.Port);
    }

    public CliProcess Keep(CliProcess process)
    {
        _processes.Add(process);
        return process;
    }

    /// <summary>What the servers are known by; null where they have no TLS.</summary>
    private string? Fingerprints => Settings.ContainsKey("GRANARY__Tls__SelfSigned") ? string.Join(',', Servers.Select(s => s.Fingerprint).OfType<string>()) : null;

    private string GatewaysOf(IEnumerable<ClusterServer> servers) => string.Join(',', servers.Select(s => (Fingerprints is null ? "" : "tls://") + FreePort.Loopback(s.GatewayPort)));

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        foreach (var process in _processes.Where(p => p.Error.Length > 0)) TestContext.Current.TestOutputHelper?.WriteLine($"{process}");
        foreach (var process in _processes) await process.DisposeAsync();
        await ProcessTable.KillAllAsync(Root);
        Directory.Delete(Root, recursive: true);
    }
}
