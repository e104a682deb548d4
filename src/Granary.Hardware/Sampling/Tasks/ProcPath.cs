using System.Buffers.Text;

namespace Granary.Hardware;

/// <summary>Paths of files of processes, made in place: hundreds a tick.</summary>
internal sealed class ProcPath(SystemRoot root)
{
    private readonly byte[] _bytes = [.. System.Text.Encoding.UTF8.GetBytes(root.At("/proc/")), .. new byte[64]];
    private readonly int _prefix = System.Text.Encoding.UTF8.GetByteCount(root.At("/proc/"));

    /// <param name="file">Like <c>/stat</c>.</param>
    public ReadOnlySpan<byte> Of(int pid, ReadOnlySpan<byte> file)
    {
        var rest = _bytes.AsSpan(_prefix);
        _ = Utf8Formatter.TryFormat(pid, rest, out var digits);
        file.CopyTo(rest[digits..]);
        rest[digits + file.Length] = 0;
        return _bytes.AsSpan(0, _prefix + digits + file.Length + 1);
    }
}
