namespace Granary.Execution.Processes;

/// <summary>Whether the disk of the data directory has room for output at all; looked at once a second, not for every task.</summary>
internal sealed class DiskSpace(string directory, TimeProvider time, Func<string, long>? freeBytes = null)
{
    /// <summary>Less than this is full: not even an error message would fit.</summary>
    public const long Least = 64 * 1024;

    private readonly Func<string, long> _freeBytes = freeBytes ?? Free;
    private long _looked = long.MinValue;
    private string _why = "";

    /// <returns>Empty, or in one line what is wrong.</returns>
    public string WhyFull()
    {
        if (_looked == long.MinValue || time.GetElapsedTime(_looked) > TimeSpan.FromSeconds(1))
        {
            _looked = time.GetTimestamp();
            _why = _freeBytes(directory) < Least ? $"the disk that holds {directory} is full: free some space or use another --data" : "";
        }
        return _why;
    }

    private static long Free(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue; // not known to be full
        }
    }
}
