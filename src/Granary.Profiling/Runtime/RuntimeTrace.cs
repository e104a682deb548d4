using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace Granary.Profiling;

/// <summary>What one runtime told while it was profiled.</summary>
internal sealed class RuntimeTrace
{
    private const double MostEvents = 20_000;

    public MethodMap Methods { get; } = new();

    public List<ProfileEvent> Events { get; } = [];

    public List<(float At, double Value)> HeapBytes { get; } = [];

    public List<(float At, string Type, long Bytes, string[] Frames, int Thread)> Allocations { get; } = [];

    public List<(float At, long Nanoseconds, string[] Frames, int Thread)> Contention { get; } = [];

    /// <summary>Samples of all threads, running or not, by the runtime itself.</summary>
    public List<(float At, string[] Frames, int Thread)> Samples { get; } = [];

    public double PauseSeconds { get; private set; }

    public int Collections { get; private set; }

    public int FullCollections { get; private set; }

    public double AllocatedBytes { get; private set; }

    /// <param name="file">Of <see cref="RuntimeSession"/>.</param>
    /// <param name="began">Seconds after the profile's start at which its clock begins.</param>
    /// <param name="windows">In which it told of allocations.</param>
    public static RuntimeTrace Read(string file, double began, IReadOnlyList<AllocationWindow> windows)
    {
        var trace = new RuntimeTrace();
        trace.ReadEvents(file, began);
        trace.ReadStacks(file, began);
        foreach (var window in windows) trace.ReadAllocations(window);
        return trace;
    }

    private void ReadEvents(string file, double began)
    {
        using var source = new EventPipeEventSource(file);
        var rundown = new ClrRundownTraceEventParser(source);
        rundown.MethodDCStopVerbose += Method;
        rundown.MethodDCStartVerbose += Method;
        source.Clr.MethodLoadVerbose += Method;
        var (suspended, generation, reason) = (double.NaN, -1, "");
        source.Clr.GCSuspendEEStart += e => suspended = e.TimeStampRelativeMSec;
        source.Clr.GCStart += e =>
        {
            (generation, reason) = (e.Depth, e.Reason.ToString());
            Collections++;
            if (e.Depth >= 2) FullCollections++;
        };
        source.Clr.GCRestartEEStop += e =>
        {
            if (double.IsNaN(suspended)) return;
            var seconds = (e.TimeStampRelativeMSec - suspended) / 1000;
            // threads are suspended for other reasons too: then no collection has begun
            if (generation >= 0)
            {
                PauseSeconds += seconds;
                if (Events.Count < MostEvents)
                    Events.Add(new(began + (suspended / 1000), seconds, "gc", FormattableString.Invariant($"collection of generation {generation} ({reason}), pause {seconds * 1000:0.##} ms")));
            }
            (suspended, generation) = (double.NaN, -1);
        };
        source.Clr.GCHeapStats += e => HeapBytes.Add(((float)(began + (e.TimeStampRelativeMSec / 1000)), e.GenerationSize0 + e.GenerationSize1 + e.GenerationSize2 + e.GenerationSize3 + e.GenerationSize4));
        source.Process();
    }

    private void Method(MethodLoadUnloadVerboseTraceData method) =>
        Methods.Add(method.MethodStartAddress, (ulong)method.MethodSize, NameOf(method.MethodNamespace, method.MethodName));

    private void ReadStacks(string file, double began)
    {
        // it writes a file beside, in our own directory
        using var log = new TraceLog(TraceLog.CreateFromEventPipeDataFile(file));
        var waits = new Dictionary<int, (double At, string[] Frames)>();
        foreach (var happened in log.Events)
        {
            var at = (float)(began + (happened.TimeStampRelativeMSec / 1000));
            switch (happened)
            {
                case ContentionStartTraceData:
                    waits[happened.ThreadID] = (happened.TimeStampRelativeMSec, Frames(happened));
                    break;
                case ContentionStopTraceData when waits.Remove(happened.ThreadID, out var wait):
                    Contention.Add((at, (long)((happened.TimeStampRelativeMSec - wait.At) * 1e6), wait.Frames, happened.ThreadID));
                    break;
                case var _ when happened.ProviderName == "Microsoft-DotNETCore-SampleProfiler":
                    Samples.Add((at, Frames(happened), happened.ThreadID));
                    break;
                default:
                    break;
            }
        }
    }

    // the runtime names its methods in the other stream
    private void ReadAllocations(AllocationWindow window)
    {
        if (!File.Exists(window.File) || new FileInfo(window.File).Length == 0) return;
        using var log = new TraceLog(TraceLog.CreateFromEventPipeDataFile(window.File));
        foreach (var happened in log.Events)
        {
            if (happened is not GCAllocationTickTraceData allocation) continue;
            var bytes = (long)(allocation.AllocationAmount64 * window.Weight);
            AllocatedBytes += bytes;
            Allocations.Add(((float)(window.Began + (happened.TimeStampRelativeMSec / 1000)), allocation.TypeName, bytes, Frames(happened, Methods.Find), happened.ThreadID));
        }
    }

    // from the outermost to the innermost
    private static string[] Frames(TraceEvent happened, Func<ulong, string?>? named = null)
    {
        var frames = new List<string>();
        for (var stack = happened.CallStack(); stack is not null && frames.Count < 256; stack = stack.Caller)
        {
            var name = named?.Invoke(stack.CodeAddress.Address) ?? stack.CodeAddress.FullMethodName;
            if (name.Length == 0) name = stack.CodeAddress.ModuleName is { Length: > 0 } module ? $"[{module}]" : "[unknown]";
            frames.Add(Plain(name));
        }
        frames.Reverse();
        return [.. frames];
    }

    private static string NameOf(string type, string method) => Plain(type.Length == 0 ? method : $"{type}.{method}");

    // arguments are left out: with them names are too long to read
    private static string Plain(string name)
    {
        var open = name.IndexOf('(', StringComparison.Ordinal);
        return open > 0 ? name[..open] : name;
    }
}
