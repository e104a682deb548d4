using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Granary.Client;

/// <summary>
/// Where a server on this machine keeps its data, and how others find it there: <c>server.json</c> says where it listens,
/// <c>token</c> (mode 0600) is what the gateway asks for. Both sides of that convention are here.
/// </summary>
public sealed class LocalServer
{
    public const int DefaultGatewayPort = 7411;
    public const int DefaultHttpPort = 7410;

    /// <summary>Overrides the data directory.</summary>
    public const string DataDirectoryVariable = "GRANARY_DATA_DIR";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="dataDirectory">Null for the default: <c>GRANARY_DATA_DIR</c>, else <c>/var/lib/granary</c> for root, else
    /// <c>$XDG_STATE_HOME/granary</c>, else <c>~/.local/state/granary</c>.</param>
    public LocalServer(string? dataDirectory = null) =>
        DataDirectory = Path.GetFullPath(string.IsNullOrEmpty(dataDirectory) ? DefaultDataDirectory() : dataDirectory);

    public string DataDirectory { get; }

    public string ServerFile => Path.Combine(DataDirectory, "server.json");

    public string TokenFile => Path.Combine(DataDirectory, "token");

    public static string DefaultDataDirectory() =>
        DefaultDataDirectory(Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess);

    internal static string DefaultDataDirectory(Func<string, string?> environment, bool root)
    {
        if (environment(DataDirectoryVariable) is { Length: > 0 } given) return given;
        if (root) return "/var/lib/granary";
        if (environment("XDG_STATE_HOME") is { Length: > 0 } state && Path.IsPathRooted(state)) return Path.Combine(state, "granary");
        var home = environment("HOME") is { Length: > 0 } h ? h : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home, ".local", "state", "granary");
    }

    /// <summary>What <c>server.json</c> says; null when there is none or it is not readable as such.</summary>
    public ServerRecord? Read()
    {
        try
        {
            var record = JsonSerializer.Deserialize<ServerRecord>(File.ReadAllBytes(ServerFile), Json);
            return string.IsNullOrEmpty(record?.Gateway) ? null : record;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The record of a server whose process still runs; null otherwise.</summary>
    public ServerRecord? ReadAlive() => Read() is { } record && IsAlive(record) ? record : null;

    /// <summary>Replaces <c>server.json</c> in one step: a reader sees the old record or the new one.</summary>
    public void Write(ServerRecord record)
    {
        Directory.CreateDirectory(DataDirectory);
        WriteWhole(ServerFile, JsonSerializer.SerializeToUtf8Bytes(record, Json), UnixFileMode.UserRead | UnixFileMode.UserWrite
            | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    /// <summary>Takes the record away if it is still the one of <paramref name="pid"/>.</summary>
    public void Remove(int pid)
    {
        if (Read() is { } record && record.Pid == pid) File.Delete(ServerFile);
    }

    /// <summary>The token; null when there is none or it may not be read.</summary>
    public string? ReadToken()
    {
        try
        {
            return File.ReadAllText(TokenFile).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The token, made (256 random bits, mode 0600) when there is none.</summary>
    public string EnsureToken()
    {
        if (ReadToken() is { } existing) return existing;
        Directory.CreateDirectory(DataDirectory);
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        WriteWhole(TokenFile, System.Text.Encoding.ASCII.GetBytes(token + "\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return token;
    }

    /// <summary>
    /// Whether the recorded process runs. Where the kernel tells start times, a process that reused the number does not count.
    /// </summary>
    public static bool IsAlive(ServerRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Pid <= 0) return false;
        if (!OperatingSystem.IsLinux()) return IsRunning(record.Pid);
        return StartTicks(record.Pid) is { } ticks && (record.StartTicks is null || record.StartTicks == ticks);
    }

    /// <summary>Start time of a process in kernel ticks since boot; null when it does not run (a zombie does not). Source: proc(5), stat.</summary>
    public static long? StartTicks(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void WriteWhole(string path, byte[] content, UnixFileMode mode)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>What a running server leaves in <c>server.json</c>. Readers accept fields they do not know.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="Gateway"><c>HOST:PORT</c> of the gateway.</param>
/// <param name="Http">Address of REST and the dashboard.</param>
/// <param name="Version">Its build.</param>
/// <param name="Host"><c>Embedded</c> or <c>Orleans</c>.</param>
/// <param name="StartTicks">When the process started (<see cref="LocalServer.StartTicks"/>), so that a reused number is not taken for it.</param>
/// <param name="Fingerprint">SHA-256 of the certificate that it shows; null without TLS.</param>
/// <param name="Http2">Where REST and services are to be had by HTTP/2 without TLS; null for nowhere.</param>
public sealed record ServerRecord(int Pid, string Gateway, string Http, string Version, string Host, long? StartTicks = null, string? Fingerprint = null, string? Http2 = null);
