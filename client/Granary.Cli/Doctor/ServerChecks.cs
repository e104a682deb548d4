using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Granary.Cli.Commands;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Doctor;

/// <summary>What the server needs here, and the server itself when one runs.</summary>
internal static class ServerChecks
{
    private const long EnoughDiskMiB = 512;

    public static IEnumerable<Finding> Local(LocalServer server)
    {
        var running = server.ReadAlive();
        yield return DataDirectory(server.DataDirectory);
        yield return Disk(server.DataDirectory);
        yield return RunsAs(server.DataDirectory);
        yield return Port("gateway port", LocalServer.DefaultGatewayPort, running?.Gateway);
        yield return Port("http port", LocalServer.DefaultHttpPort, running?.Http);
    }

    /// <summary>Writes a file where the server would, or in the nearest folder above that exists.</summary>
    internal static Finding DataDirectory(string directory)
    {
        var exists = directory;
        while (!Directory.Exists(exists) && Path.GetDirectoryName(exists) is { Length: > 0 } parent) exists = parent;
        var probe = Path.Combine(exists, $".granary-doctor-{Environment.ProcessId}");
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose)) { }
            return new("data", Verdict.Ok, exists == directory ? $"{directory}, writable" : $"{directory}, can be made");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("data", Verdict.Missing, $"{exists} cannot be written: {e.Message}", $"name another with --data DIR or {LocalServer.DataDirectoryVariable}");
        }
    }

    /// <summary>Root for tasks works, but is seldom meant.</summary>
    internal static Finding RunsAs(string directory)
    {
        try
        {
            var user = Hosting.ServerCommands.RunsAs(directory);
            return user == "root"
                ? new("task user", Verdict.Limited, "tasks run as root: each may do anything to this machine", "name another user with Node:RunAs")
                : new("task user", Verdict.Ok, $"tasks run as {user}");
        }
        catch (GranaryException e)
        {
            return new("task user", Verdict.Missing, e.Message, "correct Node:RunAs in granary.json or GRANARY__Node__RunAs");
        }
    }

    internal static Finding Disk(string directory)
    {
        var drive = DriveInfo.GetDrives().Where(d => directory.StartsWith(d.Name, StringComparison.Ordinal)).MaxBy(d => d.Name.Length);
        if (drive is not { IsReady: true }) return new("disk", Verdict.Limited, "how much is free cannot be read", "");
        var free = drive.AvailableFreeSpace / (1024 * 1024);
        var detail = string.Create(CultureInfo.InvariantCulture, $"{free}Mi free on {drive.Name}");
        return free >= EnoughDiskMiB ? new("disk", Verdict.Ok, detail) : new("disk", Verdict.Limited, detail, "the journal and the tasks' output need room: free some, or use --data DIR elsewhere");
    }

    /// <param name="name">What it is for.</param>
    /// <param name="port">The default.</param>
    /// <param name="ours">Address of our own server, which may well hold it.</param>
    internal static Finding Port(string name, int port, string? ours)
    {
        var text = port.ToString(CultureInfo.InvariantCulture);
        if (ours?.TrimEnd('/').EndsWith(':' + text, StringComparison.Ordinal) == true) return new(name, Verdict.Ok, $"{text}, held by our server");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return new(name, Verdict.Ok, $"{text} is free");
        }
        catch (SocketException e)
        {
            return new(name, Verdict.Limited, $"{text} is taken: {e.Message}", $"'granary up {(name.StartsWith('g') ? "--gateway-port" : "--http-port")} 0' takes any that is free");
        }
    }

    /// <summary>None running is fine; one that runs and does not answer is not.</summary>
    public static async Task<Finding> Server(LocalServer local, string? address, Func<CancellationToken, Task<GranaryClient>> connect, CancellationToken cancel)
    {
        var record = address is null ? local.ReadAlive() : null;
        if (address is null && record is null) return new("server", Verdict.Ok, "none runs here; 'granary up' starts one");
        try
        {
            var client = await connect(cancel);
            var nodes = await client.NodesAsync(cancel);
            var ready = nodes.Count(n => n.State == NodeState.Ready);
            var where = address ?? $"{record!.Gateway}, process {record.Pid}, version {record.Version}";
            var detail = string.Create(CultureInfo.InvariantCulture, $"{where}; {ready} of {nodes.Count} nodes ready");
            if (record is not null && record.Version != VersionCommand.Version)
                return new("server", Verdict.Limited, $"{detail}; this command line is {VersionCommand.Version}", "'granary down' and 'granary up' bring both to one version");
            return ready > 0 ? new("server", Verdict.Ok, detail) : new("server", Verdict.Limited, detail, "'granary node --join HOST:PORT' adds a node; 'granary nodes' shows what is wrong with those it has");
        }
        catch (GranaryException e)
        {
            return new("server", Verdict.Missing, e.Message, $"'granary down' and 'granary up' start it again; {Hosting.LocalServerProcess.LogFile(local)} says what it did");
        }
    }
}
