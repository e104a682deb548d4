using Granary.Hardware;

namespace Granary.Execution.Telemetry;

/// <summary>How full the file system is that holds a directory, as <c>df</c> reckons it: what is kept for root counts as used.</summary>
public sealed class FileSystemSource : ITelemetrySource
{
    private readonly SampleRow _row;
    private readonly string _directory;
    private readonly int _used;
    private readonly int _free;

    /// <param name="row">Where its places are.</param>
    /// <param name="name">Of the directory, as metrics name it.</param>
    /// <param name="directory">Absolute path; it need not be there yet.</param>
    public FileSystemSource(SampleRow row, string name, string directory)
    {
        (_row, _directory) = (row, directory);
        (_used, _free) = (row.Add($"filesystem.used/{name}"), row.Add($"filesystem.free/{name}"));
    }

    public void Sample(SampleRow row, double seconds)
    {
        try
        {
            var drive = new DriveInfo(_directory);
            var (used, available) = (drive.TotalSize - drive.TotalFreeSpace, drive.AvailableFreeSpace);
            if (used + available <= 0) return;
            row.Set(_used, (double)used / (used + available));
            row.Set(_free, available);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // absent: it went away, or this system does not say
        }
    }

    public void Dispose()
    {
        _row.Remove(_used);
        _row.Remove(_free);
    }
}
