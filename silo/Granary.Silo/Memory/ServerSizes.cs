using Granary.Memory.Leaks;

namespace Granary.Silo.Memory;

/// <summary>Notes the server's own sizes in a leak watch: the heap as full collections leave it, the resident set, threads, descriptors, timers.</summary>
internal sealed class ServerSizes(LeakWatch watch)
{
    private long _collection;

    public void Observe(double seconds)
    {
        // between full collections the heap says nothing: garbage grows too
        var last = GC.GetGCMemoryInfo(GCKind.Background) is { Index: > 0 } background && background.Index > GC.GetGCMemoryInfo(GCKind.FullBlocking).Index
            ? background
            : GC.GetGCMemoryInfo(GCKind.FullBlocking);
        if (last.Index > _collection)
        {
            _collection = last.Index;
            watch.Observe("heap after collection", seconds, last.HeapSizeBytes);
        }
        watch.Observe("resident memory", seconds, Environment.WorkingSet);
        watch.Observe("timers", seconds, Timer.ActiveCount);
        watch.Observe("pool threads", seconds, ThreadPool.ThreadCount);
        if (Count("/proc/self/fd") is { } descriptors) watch.Observe("descriptors", seconds, descriptors);
        if (Count("/proc/self/task") is { } threads) watch.Observe("threads", seconds, threads);
    }

    private static int? Count(string directory)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(directory).Count();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
