using Granary.EmbeddedHost.Serialization;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Gathers frames and sends what is there in one go: many messages share a system call when there are many.</summary>
internal sealed class FrameWriter(Wire wire, Action<Exception> onFailure)
{
    private readonly Lock _gate = new();
    private WireWriter _filling = new(16 * 1024);
    private WireWriter _sending = new(16 * 1024);
    private bool _busy;
    private bool _closed;
    private TaskCompletionSource? _drained;

    /// <summary>Above this the reader of the connection pauses, until the peer takes what is there.</summary>
    private const int HighWater = 4 * 1024 * 1024;

    /// <summary>Nothing can be added any more.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Adds a frame.</summary>
    /// <returns>False where the connection is closed.</returns>
    /// <exception cref="CodecException">The frame is longer than <paramref name="maxBytes"/>; nothing was added.</exception>
    public bool Write<TState>(FrameKind kind, TState state, Action<WireWriter, TState> body, int maxBytes)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            var start = _filling.Length;
            try
            {
                _filling.WriteFixed32(0);
                _filling.WriteByte((byte)kind);
                body(_filling, state);
                var length = _filling.Length - start - Protocol.LengthBytes;
                if (length > maxBytes)
                    throw new CodecException($"A message of {length} bytes is longer than the {maxBytes} that MaxMessageBytes allows.");
                _filling.PatchFixed32(start, (uint)length);
            }
            catch
            {
                _filling.Rewind(start);
                throw;
            }
            if (_busy)
                return true;
            _busy = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(static writer => _ = writer.SendAsync(), this, preferLocal: false);
        return true;
    }

    /// <summary>Waits until not too much is on its way.</summary>
    public ValueTask WaitForRoomAsync()
    {
        lock (_gate)
        {
            if (_closed || _filling.Length < HighWater)
                return default;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_drained.Task);
        }
    }

    /// <summary>Waits until everything is sent, or cannot be.</summary>
    public async Task FlushAsync()
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_closed || !_busy)
                    return;
                _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _drained.Task;
            }
            await wait.ConfigureAwait(false);
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _drained?.TrySetResult();
            _drained = null;
            if (_busy)
                return;
        }
        Release();
    }

    private async Task SendAsync()
    {
        try
        {
            while (Swap())
            {
                await wire.SendAsync(_sending.WrittenMemory).ConfigureAwait(false);
                _sending.Rewind();
            }
        }
        catch (Exception e)
        {
            lock (_gate)
                _closed = true;
            onFailure(e);
        }
        if (_closed)
            Release();
    }

    private bool Swap()
    {
        lock (_gate)
        {
            if (_filling.Length < HighWater)
            {
                _drained?.TrySetResult();
                _drained = null;
            }
            if (_filling.Length == 0 || _closed)
            {
                _busy = false;
                return false;
            }
            (_filling, _sending) = (_sending, _filling);
            return true;
        }
    }

    private void Release()
    {
        _filling.Dispose();
        _sending.Dispose();
    }
}
