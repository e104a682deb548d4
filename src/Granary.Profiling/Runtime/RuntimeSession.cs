using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Parsers;

namespace Granary.Profiling;

/// <summary>
/// One .NET process that tells of itself through EventPipe while it is profiled: the stream goes to a file of our own, bounded, and is read at the end, when the
/// runtime has named all its methods.
/// </summary>
internal sealed class RuntimeSession : IDisposable
{
    private const long MostBytes = 256L * 1024 * 1024;
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(15);
    private readonly DirectoryInfo _directory;
    private readonly EventPipeSession _session;
    private readonly Task _copying;

    private RuntimeSession(int pid, double began, EventPipeSession session)
    {
        (Pid, Began, _session) = (pid, began, session);
        _directory = Directory.CreateTempSubdirectory("granary-profile-");
        _copying = Task.Run(Copy);
    }

    public int Pid { get; }

    /// <summary>Seconds after the profile's start.</summary>
    public double Began { get; }

    public string File => Path.Combine(_directory.FullName, "trace.nettrace");

    /// <summary>True when the runtime told more than is kept.</summary>
    public bool Truncated { get; private set; }

    /// <param name="sampleThreads">Have the runtime sample all its threads: dear, for where perf events are not allowed.</param>
    /// <exception cref="IOException">It does not answer, or not to us.</exception>
    public static RuntimeSession Start(int pid, string port, double began, bool memory, bool sampleThreads)
    {
        using var limit = new CancellationTokenSource(StartWithin);
        try
        {
            var connector = DiagnosticsClientConnector.FromDiagnosticPort(port + ",connect", limit.Token).WaitAsync(limit.Token).GetAwaiter().GetResult()
                ?? throw new IOException("its diagnostic port cannot be used");
            var keywords = ClrTraceEventParser.Keywords.Jit | ClrTraceEventParser.Keywords.NGen | ClrTraceEventParser.Keywords.Loader | ClrTraceEventParser.Keywords.Contention | ClrTraceEventParser.Keywords.GC;
            var providers = new List<EventPipeProvider>
            {
                // allocations are told at the level of details alone, once for every 100 KB of a kind
                new("Microsoft-Windows-DotNETRuntime", memory ? EventLevel.Verbose : EventLevel.Informational, (long)keywords),
            };
            if (!memory) providers.Add(new("Microsoft-Windows-DotNETRuntimeRundown", EventLevel.Verbose, (long)keywords));
            if (sampleThreads) providers.Add(new("Microsoft-DotNETCore-SampleProfiler", EventLevel.Informational));
            var session = connector.Instance.StartEventPipeSessionAsync(providers, requestRundown: true, circularBufferMB: 64, limit.Token).WaitAsync(limit.Token).GetAwaiter().GetResult();
            return new(pid, began, session);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or IOException))
        {
            throw new IOException(e is OperationCanceledException or TimeoutException ? $"it does not answer within {StartWithin.TotalSeconds:0} s" : e.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>Ends it; the runtime names its methods as it does.</summary>
    public void Stop()
    {
        using var limit = new CancellationTokenSource(StopWithin);
        try
        {
            _session.StopAsync(limit.Token).WaitAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // it ended before us, or is stopped: what came is what there is
        }
        try
        {
            _copying.Wait(StopWithin);
        }
        catch (AggregateException)
        {
            // the file ends where the stream did
        }
    }

    public void Dispose()
    {
        try
        {
            _session.Dispose();
            _directory.Delete(recursive: true);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // temporary files
        }
    }

    private async Task Copy()
    {
        await using var file = new FileStream(File, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[64 * 1024];
        var written = 0L;
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
            if (written + got > MostBytes)
            {
                Truncated = true; // it is read on, since the runtime must not wait for us
                continue;
            }
            await file.WriteAsync(buffer.AsMemory(0, got));
            written += got;
        }
    }
}
