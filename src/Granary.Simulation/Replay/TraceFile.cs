using System.Text;
using Granary.Model;

namespace Granary.Simulation.Replay;

/// <summary>A trace on disk whose kind is known; gzip is recognised by its first bytes.</summary>
public sealed class TraceFile
{
    private const int HeadBytes = 64 * 1024;

    private TraceFile(string path, TraceKind kind, bool gzip)
    {
        Path = path;
        Kind = kind;
        Gzip = gzip;
    }

    /// <summary>As the user wrote it; what errors begin with.</summary>
    public string Path { get; }

    public TraceKind Kind { get; }

    public bool Gzip { get; }

    /// <summary>Looks at the beginning of a file.</summary>
    /// <exception cref="GranaryException">Invalid, when it cannot be read or is no trace.</exception>
    public static TraceFile Open(string path)
    {
        var head = new byte[HeadBytes];
        int length;
        bool gzip;
        try
        {
            using var stream = OpenStream(path, out gzip);
            length = stream.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Unreadable(path, e);
        }
        return new TraceFile(path, Detect(path, head.AsSpan(0, length)), gzip);
    }

    /// <summary>The text of the file, unpacked.</summary>
    /// <exception cref="GranaryException">Invalid, when it cannot be opened.</exception>
    public Stream Read() => OpenStream(Path, out _);

    /// <summary>A file's text, unpacked when it begins as gzip does (RFC 1952: 1f 8b).</summary>
    /// <exception cref="GranaryException">Invalid, when it cannot be opened.</exception>
    public static Stream OpenStream(string path, out bool gzip)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024);
            gzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            return gzip ? new WholeGzipStream(file) : file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>What to tell of a file that could not be read.</summary>
    internal static GranaryException Unreadable(string path, Exception e) => GranaryException.Invalid(e switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"{path}: there is no such file; check the path",
        InvalidDataException => $"{path}: the gzip data are damaged ({e.Message.TrimEnd('.')}); fetch the file again",
        UnauthorizedAccessException when Directory.Exists(path) => $"{path}: is a directory; name a trace file",
        UnauthorizedAccessException => $"{path}: may not be read; check its permissions",
        _ => $"{path}: cannot be read: {e.Message}",
    });

    private static TraceKind Detect(string path, ReadOnlySpan<byte> head)
    {
        var text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF').AsSpan().TrimStart();
        if (text.IsEmpty) throw GranaryException.Invalid($"{path}: is empty; a trace has at least one job");
        if (text.StartsWith("SQLite format 3"))
            throw GranaryException.Invalid($"{path}: is a server's database; export its tasks with 'granary tasks -o json > tasks.json' and replay that");
        if (text[0] is '[' or '{') return TraceKind.Tasks;
        var end = text.IndexOf('\n');
        var line = (end < 0 ? text : text[..end]).Trim();
        if (line.StartsWith("name,cpu_milli,", StringComparison.OrdinalIgnoreCase)) return TraceKind.OpenbPods;
        if (line.StartsWith("sn,cpu_milli,", StringComparison.OrdinalIgnoreCase))
            throw GranaryException.Invalid($"{path}:1: is a list of openb nodes, not a trace; give it as --nodes and the pods' file as the trace");
        if (line.StartsWith("TIMESTAMP,ContextTokens", StringComparison.OrdinalIgnoreCase)) return TraceKind.LlmRequests;
        if (line[0] is ';' or '-' || char.IsAsciiDigit(line[0])) return TraceKind.Swf;
        throw GranaryException.Invalid($"{path}:1: is no trace; it would begin with ';' or a number (SWF), with a header (openb pods, LLM requests), or with '[' or '{{' (tasks of Granary)");
    }
}
