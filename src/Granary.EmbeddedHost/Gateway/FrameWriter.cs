using Granary.EmbeddedHost.Serialization;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>Gathers frames and sends what is there in one go: many messages share a system call when there are many.</summary>
internal sealed class FrameWriter(Wire wire, Action<Exception> onFailure)
{
    private readonly Lock _gate = new();
    private WireWriter _filling = new();
    private WireWriter _sending = new();
    private bool _busy;
    private bool _closed;
    private int _taken;
    private int _takenBefore = -1;
    private TaskCompletionSource? _drained;

    /// <summary>Above this the reader of the connection pauses, until the peer takes what is there.</summary>
    private const int HighWater = 4 * 1024 * 1024;

    /// <summary>A connection that has sent all keeps buffers up to this.</summary>
    private const int KeptBytes = 64 * 1024;

    /// <summary>What is given to the system at a time: whether the peer takes anything is seen in these steps.</summary>
    private const int Step = 256 * 1024;

    /// <summary>A peer that leaves more than this untaken is cut off.</summary>
    public int MaxUnsentBytes { get; set; } = int.MaxValue;

    /// <summary>True where the peer has taken nothing since the last time this was asked, though something waits for it.</summary>
    public bool IsStuck()
    {
        lock (_gate)
        {
            var stuck = _busy && _takenBefore == _taken;
            _takenBefore = _busy ? _taken : -1;
            return stuck;
        }
    }

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
                if (start > MaxUnsentBytes)
                    return Cut(new ProtocolException($"the peer leaves more than {MaxUnsentBytes} bytes untaken"));
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

    // The reader of the connection ends with what it is told here.
    private bool Cut(Exception reason)
    {
        _closed = true;
        _filling.Rewind();
        ThreadPool.UnsafeQueueUserWorkItem(static x => x.onFailure(x.reason), (onFailure, reason), preferLocal: false);
        return false;
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
                for (var rest = _sending.WrittenMemory; rest.Length > 0;)
                {
                    var step = rest[..Math.Min(rest.Length, Step)];
                    await wire.SendAsync(step).ConfigureAwait(false);
                    rest = rest[step.Length..];
                    Interlocked.Increment(ref _taken);
                }
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
                if (!_closed)
                {
                    _filling.Trim(KeptBytes);
                    _sending.Trim(KeptBytes);
                }
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
