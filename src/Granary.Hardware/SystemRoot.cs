namespace Granary.Hardware;

/// <summary>Where /proc and /sys are found: <c>/</c>, or a recorded tree in tests. Reading something absent gives null, never an exception.</summary>
public sealed class SystemRoot
{
    private readonly string _path;

    /// <summary>This machine.</summary>
    public static SystemRoot Machine { get; } = new("/");

    public SystemRoot(string path) => _path = path.Length > 1 ? path.TrimEnd('/') : path;

    /// <summary>The real path of an absolute one such as <c>/proc/meminfo</c>.</summary>
    public string At(string path) => _path == "/" ? path : _path + path;

    /// <summary>The file's text without trailing white space; null when it cannot be read.</summary>
    public string? Read(string path)
    {
        try
        {
            // most of what is not there is asked for every core of a machine: an exception each would take seconds with 1,000 of them
            return File.Exists(At(path)) ? File.ReadAllText(At(path)).TrimEnd() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Names in a directory; empty when it cannot be read.</summary>
    public IReadOnlyList<string> List(string path)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(At(path)).Select(p => Path.GetFileName(p))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public bool HasDirectory(string path) => Directory.Exists(At(path));
}
