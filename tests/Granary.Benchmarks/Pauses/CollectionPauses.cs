using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace Granary.Benchmarks.Pauses;

/// <summary>The pauses of a process's collections, from when its threads were asked to stop to when they went on, as its runtime tells them.</summary>
internal sealed class CollectionPauses : IAsyncDisposable
{
    private readonly EventPipeSession _session;
    private readonly Task _reading;
    private readonly List<double> _pauses = [];
    private readonly int[] _generations = new int[3];

    public CollectionPauses(int pid)
    {
        _session = new DiagnosticsClient(pid).StartEventPipeSession(
            [new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, (long)ClrTraceEventParser.Keywords.GC)], requestRundown: false, circularBufferMB: 64);
        _reading = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Ends the session.</summary>
    /// <returns>Pauses in milliseconds, ascending, and collections by generation.</returns>
    public async Task<(IReadOnlyList<double> Pauses, IReadOnlyList<int> Generations)> EndAsync()
    {
        await _session.StopAsync(CancellationToken.None);
        await _reading;
        _pauses.Sort();
        return (_pauses, _generations);
    }

    public async ValueTask DisposeAsync()
    {
        _session.Dispose();
        await _reading.WaitAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Read()
    {
        using var source = new EventPipeEventSource(_session.EventStream);
        var suspended = double.NaN;
        source.Clr.GCStart += e => _generations[Math.Clamp(e.Depth, 0, 2)]++;
        // threads are stopped for other reasons too; a concurrent collection stops them a second time
        source.Clr.GCSuspendEEStart += e => suspended = e.Reason is GCSuspendEEReason.SuspendForGC or GCSuspendEEReason.SuspendForGCPrep ? e.TimeStampRelativeMSec : double.NaN;
        source.Clr.GCRestartEEStop += e =>
        {
            if (!double.IsNaN(suspended)) _pauses.Add(e.TimeStampRelativeMSec - suspended);
            suspended = double.NaN;
        };
        source.Process();
    }
}
