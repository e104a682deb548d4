using System.Globalization;
using System.Net.Sockets;
using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>The socket on which a .NET runtime answers questions about itself: <c>dotnet-diagnostic-PID-START-socket</c> in its directory for temporary files.</summary>
internal static class DiagnosticPort
{
    private const int LongestPath = 107; // of a socket's address

    /// <returns>Null when the process is no .NET process, or has switched its diagnostics off.</returns>
    public static string? Find(SystemRoot root, int pid)
    {
        var status = root.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")) ?? "";
        var inner = status.Split('\n').FirstOrDefault(l => l.StartsWith("NSpid:", StringComparison.Ordinal))?.Split('\t')[^1] ?? pid.ToString(CultureInfo.InvariantCulture);
        var directory = (root.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ")) ?? "").Split('\0')
            .FirstOrDefault(v => v.StartsWith("TMPDIR=", StringComparison.Ordinal))?[7..].TrimEnd('/') ?? "/tmp";
        if (!directory.StartsWith('/')) return null;
        var place = root.At(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root{directory}"));
        try
        {
            var paths = Directory.GetFileSystemEntries(place, $"dotnet-diagnostic-{inner}-*-socket");
            // one that was killed leaves its socket, and its number comes again: START, in ticks after boot, says whose it is
            var own = ProcessStat.TryRead(root, pid, out var stat) ? paths.FirstOrDefault(p => p.EndsWith(string.Create(CultureInfo.InvariantCulture, $"-{stat.StartTicks}-socket"), StringComparison.Ordinal)) : null;
            var path = own ?? paths.MaxBy(File.GetLastWriteTimeUtc);
            return path is not null && path.Length <= LongestPath ? path : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            return null;
        }
    }
}
