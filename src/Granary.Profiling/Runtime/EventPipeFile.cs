using Microsoft.Diagnostics.NETCore.Client;

namespace Granary.Profiling;

/// <summary>One EventPipe session whose stream goes to a file, bounded, and is read when it has ended.</summary>
internal sealed class EventPipeFile : IDisposable
{
    private const long MostBytes = 256L * 1024 * 1024;
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(15);
    private readonly EventPipeSession _session;
    private readonly Task _copying;
    private long _bytes;

    private EventPipeFile(EventPipeSession session, string path)
    {
        (_session, Path) = (session, path);
        _copying = Task.Run(CopyAsync);
    }

    public string Path { get; }

    /// <summary>How much has come until now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>True when the runtime told more than is kept.</summary>
    public bool Truncated { get; private set; }

    /// <param name="rundown">Have the runtime name its methods at the end.</param>
    /// <param name="path">Of a file that is not there yet.</param>
    public static async Task<EventPipeFile> StartAsync(DiagnosticsClient client, IReadOnlyList<EventPipeProvider> providers, bool rundown, int bufferMiB, string path, CancellationToken cancel) =>
        new(await client.StartEventPipeSessionAsync(providers, rundown, bufferMiB, cancel).WaitAsync(cancel), path);

    /// <summary>Ends it; the runtime names its methods as it does.</summary>
    public async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(StopWithin);
        try
        {
            await _session.StopAsync(limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // it ended before us, or is stopped: what came is what there is
        }
        try
        {
            await _copying.WaitAsync(StopWithin);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // the file ends where the stream did
        }
    }

    public void Dispose()
    {
        try
        {
            _session.Dispose();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // its process may be gone
        }
    }

    private async Task CopyAsync()
    {
        await using var file = new FileStream(Path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[64 * 1024];
        while (true)
        {
            int got;
            try
            {
                got = await _session.EventStream.ReadAsync(buffer);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            if (got <= 0) return;
            if (Bytes + got > MostBytes)
            {
                Truncated = true; // it is read on, since the runtime must not wait for us
                continue;
            }
            await file.WriteAsync(buffer.AsMemory(0, got));
            Volatile.Write(ref _bytes, Bytes + got);
        }
    }
}
