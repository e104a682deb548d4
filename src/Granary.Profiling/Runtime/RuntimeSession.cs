using System.Diagnostics;
using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Parsers;

namespace Granary.Profiling;

/// <summary>
/// One .NET process that tells of itself through EventPipe while it is profiled: what it tells goes to files of our own and is read at the end, when the
/// runtime has named all its methods.
/// </summary>
internal sealed class RuntimeSession : IDisposable
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(5);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-profile-");
    private readonly EventPipeFile _events;
    private readonly AllocationWindows? _allocations;

    private RuntimeSession(int pid, string port, long profileBegan, bool memory, bool sampleThreads)
    {
        Pid = pid;
        Began = Stopwatch.GetElapsedTime(profileBegan).TotalSeconds;
        using var limit = new CancellationTokenSource(StartWithin);
        try
        {
            var connector = DiagnosticsClientConnector.FromDiagnosticPort(port + ",connect", limit.Token).WaitAsync(limit.Token).GetAwaiter().GetResult()
                ?? throw new IOException("its diagnostic port cannot be used");
            const ClrTraceEventParser.Keywords keywords = ClrTraceEventParser.Keywords.Jit | ClrTraceEventParser.Keywords.NGen | ClrTraceEventParser.Keywords.Loader | ClrTraceEventParser.Keywords.Contention | ClrTraceEventParser.Keywords.GC;
            List<EventPipeProvider> providers =
            [
                new("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, (long)keywords),
                new("Microsoft-Windows-DotNETRuntimeRundown", EventLevel.Verbose, (long)keywords),
            ];
            if (sampleThreads) providers.Add(new("Microsoft-DotNETCore-SampleProfiler", EventLevel.Informational));
            _events = EventPipeFile.StartAsync(connector.Instance, providers, rundown: true, bufferMiB: 64, Path.Combine(_directory.FullName, "trace.nettrace"), limit.Token).GetAwaiter().GetResult();
            if (memory) _allocations = new(connector.Instance, _directory.FullName, profileBegan);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Remove();
            if (e is IOException) throw;
            throw new IOException(e is OperationCanceledException or TimeoutException ? $"it does not answer within {StartWithin.TotalSeconds:0} s" : e.Message.ReplaceLineEndings(" "));
        }
    }

    public int Pid { get; }

    /// <summary>Seconds after the profile's start.</summary>
    public double Began { get; }

    public string File => _events.Path;

    /// <summary>When it told of allocations; known after <see cref="Stop"/>.</summary>
    public IReadOnlyList<AllocationWindow> Allocations { get; private set; } = [];

    /// <summary>True when the runtime told more than is kept.</summary>
    public bool Truncated => _events.Truncated;

    /// <param name="profileBegan">Timestamp of the profile's start.</param>
    /// <param name="memory">Have it tell of its allocations.</param>
    /// <param name="sampleThreads">Have the runtime sample all its threads: dear, for where perf events are not allowed.</param>
    /// <exception cref="IOException">It does not answer, or not to us.</exception>
    public static RuntimeSession Start(int pid, string port, long profileBegan, bool memory, bool sampleThreads) => new(pid, port, profileBegan, memory, sampleThreads);

    /// <summary>Ends it; the runtime names its methods as it does.</summary>
    public void Stop()
    {
        if (_allocations is not null) Allocations = _allocations.Stop();
        _events.StopAsync().GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _allocations?.Dispose();
        _events.Dispose();
        Remove();
    }

    private void Remove()
    {
        try
        {
            _directory.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // temporary files
        }
    }
}
