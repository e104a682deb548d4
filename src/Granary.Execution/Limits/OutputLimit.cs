using System.Text;
using Granary.Model;
using Microsoft.Win32.SafeHandles;

namespace Granary.Execution.Limits;

/// <summary>
/// Keeps an output file at its limit. The task writes to the file itself (appending), so nothing is copied through us; the size is
/// looked at every 200 ms and at the end. What is over is cut off and the file's last line says so. Between two looks a task can
/// exceed the limit by what it writes in that time; it never sees an error.
/// </summary>
internal static class OutputLimit
{
    /// <returns>True when something was cut off.</returns>
    public static bool Enforce(string path, long limit)
    {
        if (path.Length == 0 || path == "/dev/null") return false;
        var file = new FileInfo(path);
        if (!file.Exists || file.Length <= limit) return false;
        try
        {
            var mark = Encoding.UTF8.GetBytes($"\n[output cut at {Quantity.Format(ResourceNames.Memory, Math.Max(1, limit / (1024 * 1024)))}]\n");
            if (limit < 1024 * 1024) mark = Encoding.UTF8.GetBytes($"\n[output cut at {limit} bytes]\n");
            var kept = Math.Max(0, limit - mark.Length);
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.Write(handle, mark.AsSpan(0, (int)Math.Min(mark.Length, limit)), kept);
            RandomAccess.SetLength(handle, limit);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
