using Granary.Model;

namespace Granary.Execution.Processes;

/// <summary>
/// When tasks last wrote a checkpoint: the newest file in their checkpoint directories. Each new one is told once; what a stop would cost is known from it.
/// </summary>
internal sealed class CheckpointWatch(TaskFiles files)
{
    /// <summary>So many files of a directory are looked at: who keeps more keeps them in directories, whose times change too.</summary>
    private const int MostFiles = 256;

    private readonly Dictionary<LeaseKey, DateTime> _told = [];

    /// <summary>Reports of what has been written since the last look.</summary>
    /// <param name="leases">All that run here and may write checkpoints; what is not among them any more is forgotten.</param>
    public List<TaskReport> Look(IReadOnlyCollection<Lease> leases)
    {
        var reports = new List<TaskReport>();
        if (_told.Count > leases.Count)
        {
            var live = leases.Select(LeaseKey.Of).ToHashSet();
            foreach (var key in _told.Keys.Where(k => !live.Contains(k)).ToArray()) _told.Remove(key);
        }
        foreach (var lease in leases)
        {
            var key = LeaseKey.Of(lease);
            if (Newest(files.Checkpoint(lease.Task)) is not { } newest || (_told.TryGetValue(key, out var told) && newest <= told)) continue;
            _told[key] = newest;
            reports.Add(new(lease, ReportKind.Checkpoint, new DateTimeOffset(newest, TimeSpan.Zero), null));
        }
        return reports;
    }

    private static DateTime? Newest(string directory)
    {
        if (!Directory.Exists(directory)) return null; // it has ended
        try
        {
            DateTime? newest = null;
            foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos().Take(MostFiles))
                if (newest is null || entry.LastWriteTimeUtc > newest) newest = entry.LastWriteTimeUtc;
            return newest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended just now, or keeps its files to itself
        }
    }
}
