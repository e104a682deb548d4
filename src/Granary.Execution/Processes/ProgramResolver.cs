using Granary.Execution.Posix;

namespace Granary.Execution.Processes;

/// <summary>Finds the file of a program as execvp(3) would, so that a missing one is told in plain words before anything starts.</summary>
internal static class ProgramResolver
{
    /// <returns>The absolute path, or an empty one and in one line what is wrong.</returns>
    public static (string Program, string Error) Resolve(string name, string searchPath, string workingDirectory)
    {
        if (name.Length == 0) return ("", "the command's first word is empty");
        if (name.Contains('/', StringComparison.Ordinal))
        {
            var path = name[0] == '/' ? name : $"{workingDirectory}/{name}";
            if (Executable(path)) return (path, "");
            return ("", Directory.Exists(path) ? $"'{name}' is a directory, not a program"
                : File.Exists(path) ? $"'{name}' is not executable: chmod +x it, or run it by its interpreter"
                : name[0] == '/' ? $"no such program '{name}'" : $"no such program '{name}' in {workingDirectory}");
        }
        foreach (var range in searchPath.AsSpan().Split(':'))
        {
            var directory = searchPath.AsSpan(range);
            var path = directory.IsEmpty ? $"{workingDirectory}/{name}" : directory[0] == '/' ? $"{directory}/{name}" : $"{workingDirectory}/{directory}/{name}";
            if (Executable(path)) return (path, "");
        }
        return ("", $"no such program '{name}' on PATH");
    }

    private static bool Executable(string path) => Sys.CanAccess(path, LibC.AccessExecute) && !Directory.Exists(path);
}
