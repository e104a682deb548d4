using System.Net.Sockets;

namespace Granary.Execution.Shim;

/// <summary>Names in a node's directory, and its socket.</summary>
internal static class ShimFiles
{
    public const string Socket = "shim.sock";
    public const string Log = "shim.log";
    public const string Lock = "shim.lock";
    public const string Groups = "shim.groups";
    public const string Messages = "shim.err";

    // sun_path holds 108 bytes; a longer path is reached through a symbolic link
    private const int LongestPath = 100;

    public static Socket Listen(string directory)
    {
        var socket = Open();
        using var link = Link.To(directory);
        socket.Bind(new UnixDomainSocketEndPoint(link.Path(Socket)));
        socket.Listen(16);
        return socket;
    }

    /// <exception cref="SocketException">Nobody listens.</exception>
    public static Socket Connect(string directory)
    {
        var socket = Open();
        try
        {
            using var link = Link.To(directory);
            socket.Connect(new UnixDomainSocketEndPoint(link.Path(Socket)));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket Open() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>A short way to a directory: itself, or a symbolic link of its own below the temporary directory.</summary>
    private readonly struct Link(string directory, string? temporary) : IDisposable
    {
        public static Link To(string directory)
        {
            if (System.Text.Encoding.UTF8.GetByteCount(directory) + Socket.Length + 1 <= LongestPath) return new(directory, null);
            var temporary = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "granary-" + Guid.NewGuid().ToString("N"));
            File.CreateSymbolicLink(temporary, directory);
            return new(directory, temporary);
        }

        public string Path(string name) => System.IO.Path.Combine(temporary ?? directory, name);

        public void Dispose()
        {
            if (temporary is not null) File.Delete(temporary);
        }
    }
}
