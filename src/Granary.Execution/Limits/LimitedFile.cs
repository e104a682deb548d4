namespace Granary.Execution.Limits;

/// <summary>An output file that takes no more than its limit; the rest is dropped without an error, as of a process.</summary>
internal sealed class LimitedFile(string path, long limit) : Stream
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _file = new(path, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = OperatingSystem.IsWindows() ? null : Own,
    });

    private long _written;

    public bool IsFull => _written > limit;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position { get => _written; set => throw new NotSupportedException(); }

    /// <summary>Closes the file; one that was cut ends with a line that says so.</summary>
    public void Finish()
    {
        _file.Dispose();
        OutputLimit.Enforce(path, limit);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // one byte more than it may have shows afterwards that it was more
        var room = (int)Math.Clamp(limit + 1 - _written, 0, buffer.Length);
        if (room > 0) _file.Write(buffer[..room]);
        _written += room;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span); // a file of this machine: to wait for it elsewhere would take longer
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
        // nothing is held back
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // a handler that disposes of its writer does not end the attempt's output: Finish does
    }
}
