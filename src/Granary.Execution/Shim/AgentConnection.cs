using System.Net.Sockets;

namespace Granary.Execution.Shim;

/// <summary>The shim's side of the agent's socket. What is sent while a write is under way goes out together in the next one.</summary>
internal sealed class AgentConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly object _gate = new();
    private FrameWriter _filling = new();
    private FrameWriter _sending = new();
    private bool _closed;

    public AgentConnection(Socket socket)
    {
        _socket = socket;
        new Thread(Write) { IsBackground = true, Name = "to agent" }.Start();
    }

    /// <summary>Appends frames; never blocks on the agent.</summary>
    public void Send<TState>(Action<FrameWriter, TState> frames, TState state)
    {
        lock (_gate)
        {
            if (_closed) return;
            frames(_filling, state);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Reads frames until the agent goes; malformed ones end the connection.</summary>
    public void Read(ShimFrameHandler handle)
    {
        var buffer = new byte[64 * 1024];
        var have = 0;
        try
        {
            while (true)
            {
                var got = _socket.Receive(buffer, have, buffer.Length - have, SocketFlags.None);
                if (got == 0) return;
                have += got;
                ReadOnlySpan<byte> rest = buffer.AsSpan(0, have);
                while (FrameReader.TryCut(ref rest, out var frame)) handle(new FrameReader(frame));
                rest.CopyTo(buffer);
                have = rest.Length;
                if (have == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, FrameReader.MaxFrame + 4));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidDataException)
        {
            // the agent died, or is not an agent
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
        _socket.Dispose();
    }

    /// <summary>Lets what was sent go out, then closes.</summary>
    public void Finish()
    {
        lock (_gate)
            while (!_closed && (_filling.Length > 0 || _sending.Length > 0))
                if (!Monitor.Wait(_gate, 1000)) break;
        Dispose();
    }

    private void Write()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    _sending.Clear();
                    Monitor.PulseAll(_gate);
                    while (_filling.Length == 0 && !_closed) Monitor.Wait(_gate);
                    if (_closed) return;
                    (_filling, _sending) = (_sending, _filling);
                }
                var left = _sending.Written;
                while (left.Length > 0) left = left[_socket.Send(left.Span)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Dispose();
        }
    }
}

internal delegate void ShimFrameHandler(FrameReader frame);
