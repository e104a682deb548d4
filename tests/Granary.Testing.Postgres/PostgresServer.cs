using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Granary.Testing.Postgres;

/// <summary>
/// One PostgreSQL for the tests of this process: made with <c>initdb</c> in a temporary folder, reached over a socket in that folder
/// only, started when it is first asked for. A shell holds it by a pipe from this process: when the process ends, however it ends, the
/// pipe closes, and the shell stops the server and removes the folder. So nothing waits for that at the end of a test program: a slow disk would
/// make it one that does not end.
/// </summary>
/// <remarks><see cref="Shared"/> does not sync to the disk: what it acknowledged outlives every process, but not the machine.</remarks>
public sealed class PostgresServer : IDisposable
{
    /// <summary>PostgreSQL refuses to run as root; its package makes this user.</summary>
    private const string User = "postgres";

    private static readonly Lazy<PostgresServer> Instance = new(() => Start(Path.GetTempPath(), "off"));
    private static int _databases;
    private readonly Process _shell;

    private PostgresServer(Process shell, string folder)
    {
        _shell = shell;
        Folder = folder;
    }

    /// <summary>The server of this process. Only where <see cref="PostgresPrograms.Missing"/> is null.</summary>
    public static PostgresServer Shared => Instance.Value;

    /// <summary>A server of its own, below <paramref name="root"/>, that syncs every commit as one in use does: for figures.</summary>
    public static PostgresServer StartDurable(string root) => Start(root, "on");

    /// <summary>Data, socket and log are below it.</summary>
    public string Folder { get; }

    /// <summary>How to reach one of its databases.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = Folder,
        Database = database,
        Username = User,
        Timeout = 15,
    }.ConnectionString;

    /// <summary>Makes an empty database of its own and returns how to reach it.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await using var source = NpgsqlDataSource.Create(ConnectionString(User));
        await using var create = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE template0");
        await create.ExecuteNonQueryAsync(cancellationToken);
        return ConnectionString(name);
    }

    /// <summary>Stops the server and removes its folder.</summary>
    public void Dispose()
    {
        try
        {
            _shell.StandardInput.Close();
            _shell.WaitForExit();
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // it has been stopped before
        }
        _shell.Dispose();
    }

    private static PostgresServer Start(string root, string sync)
    {
        if (PostgresPrograms.Missing is { } missing) throw new InvalidOperationException(missing);
        // the path of a socket may have 107 bytes, so the folder is right below the temporary one
        var folder = Directory.CreateDirectory(Path.Combine(root, "granary-pg-" + Path.GetRandomFileName())).FullName;
        var asRoot = Environment.IsPrivilegedProcess;
        if (asRoot) Run("chown", User, folder);
        var shell = Process.Start(Command(folder, asRoot, sync))!;
        var said = new List<string>();
        while (shell.StandardOutput.ReadLine() is { } line)
        {
            if (line == "ready") return new PostgresServer(shell, folder);
            said.Add(line);
        }
        var why = string.Join("; ", said.TakeLast(5));
        shell.StandardInput.Close();
        throw new InvalidOperationException($"PostgreSQL did not start in {folder}: {why}");
    }

    // "ready" comes once the server answers; a server that ended, or takes too long, ends the shell without it
    private const string Script = """
        trap '' INT
        cd "$1" || exit 1
        bin=$2
        trap 'rm -rf "$1" 2>/dev/null' EXIT
        "$bin/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 ||
            { cat log; exit 1; }
        "$bin/postgres" -D data -k "$1" -c listen_addresses= -c fsync=$3 -c full_page_writes=$3 -c max_connections=200 \
            -c shared_buffers=64MB -c max_prepared_transactions=0 >>log 2>&1 </dev/null &
        server=$!
        n=0
        until [ -S "$1/.s.PGSQL.5432" ] && grep -q 'ready to accept connections' log; do
            n=$((n + 1))
            [ $n -lt 1200 ] && kill -0 $server 2>/dev/null || { cat log; exit 1; }
            sleep 0.05
        done
        echo ready
        cat >/dev/null
        kill -QUIT $server 2>/dev/null
        wait $server
        """;

    private static ProcessStartInfo Command(string folder, bool asRoot, string sync)
    {
        var start = new ProcessStartInfo(asRoot ? "setpriv" : "sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] unprivileged = asRoot ? [$"--reuid={User}", $"--regid={User}", "--clear-groups", "sh"] : [];
        foreach (var argument in (string[])[.. unprivileged, "-c", Script, "sh", folder, PostgresPrograms.Folder!, sync]) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        return start;
    }

    private static void Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(program, arguments);
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{program} cannot be run: {e.Message}", e);
        }
    }
}
