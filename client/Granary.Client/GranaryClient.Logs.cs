using System.Runtime.CompilerServices;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private const int LogChunkBytes = 256 * 1024;

    // How long a follower waits at the server before it looks for more output; the task's end cuts it short.
    private static readonly TimeSpan LogPause = TimeSpan.FromMilliseconds(250);

    /// <summary>A task's output in pieces of up to 256 KiB, from its beginning.</summary>
    /// <param name="id">Whose output.</param>
    /// <param name="standardError">Standard error instead of standard output.</param>
    /// <param name="follow">Goes on until the task has ended and all of it was read; otherwise ends with what there is now.</param>
    /// <param name="ct">Ends the enumeration.</param>
    /// <exception cref="GranaryException">NotFound when there is no such task.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> LogsAsync(
        TaskId id, bool standardError = false, bool follow = false, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var grain = Cluster.GetGrain<ITaskGrain>(id.ToString());
        var ended = (await GetAsync(id, ct)).State.IsFinal();
        var offset = 0L;
        while (true)
        {
            var from = offset;
            var chunk = await _calls.CallAsync(() => grain.ReadLog(standardError, from, LogChunkBytes), ct);
            // A new attempt begins its output anew: shorter than what was read already.
            if (chunk.Found && chunk.Length < offset)
            {
                offset = 0;
                continue;
            }
            if (chunk.Data.Length > 0)
            {
                offset = chunk.Offset + chunk.Data.Length;
                yield return chunk.Data;
                continue;
            }
            if (!follow || ended) yield break;
            // Once it has ended one more read follows, for what was written between the last read and the end.
            ended = (await _calls.CallAsync(() => grain.Wait(LogPause), ct)).State.IsFinal();
        }
    }
}
