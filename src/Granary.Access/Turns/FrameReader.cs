using System.Buffers;
using System.IO.Pipelines;

namespace Granary.Access.Turns;

/// <summary>
/// Stands between a connection and a host that decodes whatever has come: shows it whole frames only, and a large one alone and when its turn has come. Until then nothing more of the
/// connection is read, so that what a client sends beyond its turn stays in its socket. The turn ends when the host has decoded the frame, and is followed by no rest.
/// </summary>
/// <param name="inner">The connection's.</param>
/// <param name="turns">Of all connections.</param>
/// <param name="connection">What stands for this one.</param>
public sealed class FrameReader(PipeReader inner, LargeRequests turns, object connection) : PipeReader
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LargeRequests.Turn? _turn;
    private SequencePosition _shown;
    private bool _presented;
    private bool _unread;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = await inner.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (_unread || read.IsCanceled) return read;
            var buffer = read.Buffer;
            var length = Whole(buffer, out var large);
            if (length == 0)
            {
                // the host says what is wrong with it, or that it is not whole
                if (_unread || read.IsCompleted) return read;
                inner.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }
            if (large && _turn is null && !await TurnAsync((int)length).ConfigureAwait(false)) return new ReadResult(buffer.Slice(0, 0), isCanceled: true, isCompleted: false);
            _shown = buffer.Start;
            return new ReadResult(buffer.Slice(0, length), isCanceled: false, isCompleted: read.IsCompleted && length == buffer.Length);
        }
    }

    /// <summary>Always false: what may be shown is known only after <see cref="ReadAsync"/>.</summary>
    public override bool TryRead(out ReadResult result)
    {
        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _presented |= !_unread && !consumed.Equals(_shown);
        inner.AdvanceTo(consumed, examined);
        Leave();
    }

    public override void CancelPendingRead()
    {
        _cancelled.TrySetResult();
        inner.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null)
    {
        Leave();
        inner.Complete(exception);
    }

    /// <summary>Bytes of the frames that may be shown together; 0 when the first is not whole.</summary>
    private long Whole(ReadOnlySequence<byte> buffer, out bool large)
    {
        large = false;
        var length = 0L;
        while (true)
        {
            var frame = _presented ? OrleansFrames.Message(buffer.Slice(length)) : OrleansFrames.Preamble(buffer.Slice(length));
            if (frame < 0)
            {
                _unread = length == 0;
                return length;
            }
            if (frame == 0 || frame > buffer.Length - length) return length;
            if (!_presented) return frame;
            if (frame > LargeRequests.Small)
            {
                large = length == 0;
                return large ? frame : length;
            }
            length += frame;
        }
    }

    private async ValueTask<bool> TurnAsync(int bytes)
    {
        var entering = turns.EnterAsync(connection, bytes).AsTask();
        if (!entering.IsCompleted && await Task.WhenAny(entering, _cancelled.Task).ConfigureAwait(false) != entering)
        {
            _ = entering.ContinueWith(static (turn, all) => ((LargeRequests)all!).LeaveWithoutRest(turn.Result), turns, TaskScheduler.Default);
            return false;
        }
        _turn = await entering.ConfigureAwait(false);
        return true;
    }

    /// <summary>Nothing that was shown is being decoded any more.</summary>
    public void Leave()
    {
        if (_turn is not { } turn) return;
        _turn = null;
        turns.LeaveWithoutRest(turn);
    }
}
