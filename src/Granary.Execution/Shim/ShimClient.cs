using System.Net.Sockets;
using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>The agent's side of one connection to a shim. Sending is a short blocking write: the shim always reads.</summary>
internal sealed class ShimClient : IDisposable
{
    private readonly Socket _socket;
    private volatile int _protocol;
    private readonly Lock _gate = new();
    private readonly FrameWriter _writer = new();
    private readonly TaskCompletionSource _welcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ShimClient(Socket socket) => _socket = socket;

    /// <summary>What the shim holds; no report comes before this has returned.</summary>
    public required Action<ShimClient, Welcome> OnWelcome { get; init; }

    /// <summary>Several reports at a time, in the order in which they happened.</summary>
    public required Action<IReadOnlyList<TaskReport>> OnReports { get; init; }

    public required Action<long> OnTaken { get; init; }
    public required Action OnSuperseded { get; init; }

    /// <summary>The shim is gone, or this client was closed.</summary>
    public required Action OnLost { get; init; }

    public async Task Begin(CancellationToken cancel)
    {
        new Thread(Read) { IsBackground = true, Name = "from shim" }.Start();
        Send(static (w, _) => w.Begin(FrameKind.Hello).End(), 0);
        await _welcome.Task.WaitAsync(cancel);
    }

    /// <summary>The shim is of a build that knows no users, and would run everything as its own.</summary>
    public bool KnowsUsers => _protocol >= WelcomeCodec.KnowsUsers;

    /// <summary>The shim is of a build that keeps processes to more than their resources.</summary>
    public bool KnowsIsolation => _protocol >= WelcomeCodec.KnowsIsolation;

    public void Start(long sequence, IReadOnlyCollection<LaunchPlan> plans) => Send(static (w, x) =>
    {
        var isolated = x.known && x.plans.Any(p => p.Isolation is not null);
        var asUsers = isolated || x.plans.Any(p => p.User is not null);
        w.Begin(isolated ? FrameKind.StartIsolated : asUsers ? FrameKind.StartAs : FrameKind.Start).Long(x.sequence).Int(x.plans.Count);
        foreach (var plan in x.plans)
        {
            w.Plan(plan);
            if (asUsers) w.User(plan);
            if (isolated) w.Isolation(plan);
        }
        w.End();
    }, (sequence, plans, known: KnowsIsolation));

    /// <param name="grace">Between SIGTERM and SIGKILL; null for what the task states.</param>
    public void Stop(LeaseKey key, ExitCause cause, TimeSpan? grace)
    {
        if (grace is { } given && _protocol >= WelcomeCodec.KnowsGrace)
            Send(static (w, x) => w.Begin(FrameKind.StopWithin).Key(x.key).Byte((byte)x.cause).Long(x.given.Ticks).End(), (key, cause, given));
        else
            Send(static (w, x) => w.Begin(FrameKind.Stop).Int(1).Key(x.key).Byte((byte)x.cause).End(), (key, cause));
    }

    public void Acknowledge(IReadOnlyList<Lease> leases) => Send(static (w, leases) =>
    {
        w.Begin(FrameKind.Acknowledge).Int(leases.Count);
        foreach (var lease in leases) w.Key(LeaseKey.Of(lease));
        w.End();
    }, leases);

    /// <summary>The shim is not needed any more once its tasks have ended.</summary>
    public void EndWhenDone() => Send(static (w, _) => w.Begin(FrameKind.End).End(), 0);

    public void Dispose() => _socket.Dispose();

    // A send that fails is not an error here: the reader sees the same loss and says so once.
    private void Send<TState>(Action<FrameWriter, TState> frames, TState state)
    {
        lock (_gate)
        {
            _writer.Clear();
            frames(_writer, state);
            try
            {
                var left = _writer.Written;
                while (left.Length > 0) left = left[_socket.Send(left.Span)..];
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
            }
        }
    }

    private void Read()
    {
        var buffer = new byte[64 * 1024];
        var have = 0;
        var reports = new List<TaskReport>();
        Exception? error = null;
        try
        {
            while (true)
            {
                var got = _socket.Receive(buffer, have, buffer.Length - have, SocketFlags.None);
                if (got == 0) break;
                have += got;
                ReadOnlySpan<byte> rest = buffer.AsSpan(0, have);
                while (FrameReader.TryCut(ref rest, out var frame)) Handle(new FrameReader(frame), reports);
                rest.CopyTo(buffer);
                have = rest.Length;
                if (have == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, FrameReader.MaxFrame + 4));
                if (reports.Count == 0) continue;
                OnReports(reports);
                reports = [];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidDataException)
        {
            error = e;
        }
        _welcome.TrySetException(error is InvalidDataException
            ? new IOException(error.Message, error)
            : new ShimGoneException("the shim closed the connection: " + (error?.Message ?? "it ended"), error));
        _ = _welcome.Task.Exception; // seen, whoever waits for it
        _socket.Dispose();
        OnLost();
    }

    private void Handle(FrameReader frame, List<TaskReport> reports)
    {
        switch (frame.Kind)
        {
            case FrameKind.Welcome:
                var welcome = WelcomeCodec.Read(ref frame);
                _protocol = welcome.Protocol;
                OnWelcome(this, welcome);
                _welcome.TrySetResult();
                break;
            case FrameKind.Taken:
                OnTaken(frame.Long());
                break;
            case FrameKind.Reports:
                reports.Add(frame.Report());
                break;
            case FrameKind.Superseded:
                OnSuperseded();
                break;
            default:
                throw new InvalidDataException($"frame of kind {frame.Kind}");
        }
    }
}

/// <summary>The shim ended before it had said what it holds.</summary>
internal sealed class ShimGoneException(string message, Exception? inner) : IOException(message, inner);
