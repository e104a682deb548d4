using System.Globalization;
using Granary.Model;

namespace Granary.Execution.Processes;

/// <summary>
/// Removes the files of tasks that ended long ago. A task's age is that of the newest of its directory, its output and its checkpoints, so
/// it needs nobody to say which tasks are still known.
/// </summary>
public sealed class TaskFileSweep(string dataDirectory)
{
    private readonly string _tasks = Path.Combine(dataDirectory, "tasks");

    /// <summary>
    /// What goes is first moved here, where only the agent's user may enter: no task can put a link into a directory while it is being removed.
    /// No pool's name begins with a dot.
    /// </summary>
    private string Removed => Path.Combine(_tasks, ".removed");

    /// <param name="before">What was last written before this goes.</param>
    /// <param name="isHere">Whether an attempt of the task is on this machine: then its files stay, however old.</param>
    /// <param name="cancellationToken">Ends the sweep between two tasks.</param>
    /// <returns>How many tasks' files went, and the first that could not be removed with the reason, or an empty text.</returns>
    public (int Gone, string Failed) Run(DateTimeOffset before, Func<TaskId, bool> isHere, CancellationToken cancellationToken = default)
    {
        var (gone, failed) = (0, "");
        if (!Directory.Exists(_tasks)) return (gone, failed);
        Empty(ref failed);
        foreach (var pool in Directory.EnumerateDirectories(_tasks))
        {
            if (!Names.IsValid(Path.GetFileName(pool))) continue;
            foreach (var directory in Directory.EnumerateDirectories(pool))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!long.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) continue;
                if (LastWritten(directory) >= before.UtcDateTime || isHere(new TaskId(Path.GetFileName(pool), number))) continue;
                if (Remove(directory, ref failed)) gone++;
            }
        }
        return (gone, failed);
    }

    private static DateTime LastWritten(string directory)
    {
        var last = Directory.GetLastWriteTimeUtc(directory);
        // of a file that is not there the time is that of 1601
        foreach (var name in new[] { "stdout", "stderr", "checkpoint", "work" })
            if (File.GetLastWriteTimeUtc(Path.Combine(directory, name)) is var written && written > last) last = written;
        return last;
    }

    private bool Remove(string directory, ref string failed)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Removed);
            else Directory.CreateDirectory(Removed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var aside = Path.Combine(Removed, Path.GetRandomFileName());
            Directory.Move(directory, aside);
            Directory.Delete(aside, recursive: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (failed.Length == 0) failed = $"{directory}: {e.Message.ReplaceLineEndings(" ")}";
            return false;
        }
    }

    /// <summary>What an earlier sweep had moved and not removed.</summary>
    private void Empty(ref string failed)
    {
        try
        {
            if (Directory.Exists(Removed)) Directory.Delete(Removed, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failed = $"{Removed}: {e.Message.ReplaceLineEndings(" ")}";
        }
    }
}
