using System.Text;

namespace Granary.Hardware;

/// <summary>One file of /proc that is read every second: it stays open. One that is not there is looked for again only now and then.</summary>
internal sealed class KeptFile(SystemRoot root, string path) : IDisposable
{
    private const int LookAgainAfter = 30;
    private readonly byte[] _path = Encoding.UTF8.GetBytes(root.At(path) + "\0");
    private int _descriptor = -1;
    private int _skip;

    /// <param name="content">Valid until the buffer is used again.</param>
    public bool TryRead(ReadBuffer buffer, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (_descriptor < 0)
        {
            if (_skip > 0)
            {
                _skip--;
                return false;
            }
            _descriptor = ReadBuffer.Open(_path);
        }
        var length = _descriptor < 0 ? -1 : buffer.Fill(_descriptor);
        if (length < 0)
        {
            Dispose();
            _skip = LookAgainAfter;
            return false;
        }
        content = buffer.Content(length);
        return true;
    }

    public void Dispose()
    {
        if (_descriptor >= 0) ReadBuffer.Close(_descriptor);
        _descriptor = -1;
    }
}
