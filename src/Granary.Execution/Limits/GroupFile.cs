using System.Text;

namespace Granary.Execution.Limits;

/// <summary>Writing to a control group.</summary>
internal static class GroupFile
{
    /// <returns>False when the file is not there or the kernel does not take the text. Never makes a file: outside a cgroup file system a missing one must stay missing.</returns>
    public static bool Write(string file, string text)
    {
        try
        {
            if (!File.Exists(file)) return false;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            stream.Write(Encoding.ASCII.GetBytes(text));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
