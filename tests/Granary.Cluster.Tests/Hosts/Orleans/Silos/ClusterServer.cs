using System.Globalization;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;

namespace Granary.Cluster.Tests.Silos;

/// <summary>One server of a <see cref="TestCluster"/>: a process of its own, with a data directory and ports that outlive it.</summary>
internal sealed class ClusterServer(TestCluster cluster, int number)
{
    private CliProcess? _process;

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"silo-{number}");

    public string Data { get; } = Path.Combine(cluster.Root, string.Create(CultureInfo.InvariantCulture, $"silo-{number}"));

    public int GatewayPort { get; } = FreePort.Take();

    public int HttpPort { get; } = FreePort.Take();

    public int SiloPort { get; } = FreePort.Take();

    public CliProcess Process => _process ?? throw new InvalidOperationException($"{Name} is not running");

    /// <summary>Of its certificate; null where it has none.</summary>
    public string? Fingerprint => new LocalServer(Data).Read()?.Fingerprint;

    public bool IsUp => _process is { HasExited: false };

    /// <summary>Starts (again) and waits until it is ready.</summary>
    public async Task UpAsync()
    {
        var process = await StartAsync(cluster.Token);
        await Until.TrueAsync(
            () => Task.FromResult(process.HasExited || new LocalServer(Data).Read()?.Pid == process.Id),
            () => $"{Name} did not become ready:\n{process}", TimeSpan.FromSeconds(90));
        if (process.HasExited) Assert.Fail($"{Name} ended:\n{process}");
    }

    /// <summary>Starts and does not wait.</summary>
    public async Task<CliProcess> StartAsync(string secret)
    {
        Directory.CreateDirectory(Data);
        var token = Path.Combine(Data, "token");
        if (!File.Exists(token)) await File.WriteAllTextAsync(token, secret + "\n");
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var info = GranaryProgram.StartInfo(
            Data, ["up", "--data", Data, "--no-node", "--gateway-port", Text(GatewayPort), "--http-port", Text(HttpPort)]);
        info.Environment["GRANARY__Cluster__SiloPort"] = Text(SiloPort);
        foreach (var (name, value) in cluster.Settings) info.Environment[name] = value;
        var process = cluster.Keep(CliProcess.Start(info));
        return _process = process;
    }

    /// <summary>SIGKILL, as a crash would.</summary>
    public async Task KillAsync()
    {
        Process.Signal(ProcessTable.Kill);
        await Until.TrueAsync(() => Process.HasExited, $"{Name} did not die");
    }

    /// <summary>SIGTERM: it hands over what it has and leaves the cluster.</summary>
    public async Task<CliResult> TerminateAsync()
    {
        Process.Signal(ProcessTable.Terminate);
        return await Process.ExitAsync();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
