using Granary.Execution.Posix;
using Granary.Model;

namespace Granary.Execution.Processes;

/// <summary>
/// Where a task's files lie below the data directory: <c>tasks/POOL/N/{stdout,stderr,work/,checkpoint/}</c>. The newest attempt writes
/// <c>stdout</c> and <c>stderr</c>; those of earlier attempts on this machine are <c>stdout.1</c>, <c>stdout.2</c>, ... in the order they ran.
/// </summary>
/// <param name="dataDirectory">Of the server or node.</param>
/// <param name="user">As whom tasks run, where that is not this process's user: what they write to is theirs, and nobody else's.</param>
public sealed class TaskFiles(string dataDirectory, TaskUser? user = null)
{
    /// <summary>Passed, not listed.</summary>
    private const UnixFileMode Passage = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly string _tasks = Path.Combine(dataDirectory, "tasks");
    private string _lastPool = "";

    public string Directory(TaskId task) => $"{_tasks}/{task.Pool}/{task.Number}";
    public string Output(TaskId task) => Directory(task) + "/stdout";
    public string Error(TaskId task) => Directory(task) + "/stderr";
    public string Work(TaskId task) => Directory(task) + "/work";
    public string Checkpoint(TaskId task) => Directory(task) + "/checkpoint";

    /// <summary>
    /// Lets tasks of another user pass the data directory to their own files, and closes all else in it: the token, the journal, the
    /// settings, the logs. Nothing where tasks run as this process's own user.
    /// </summary>
    public void Open()
    {
        if (user is null) return;
        System.IO.Directory.CreateDirectory(_tasks);
        foreach (var entry in new DirectoryInfo(dataDirectory).EnumerateFileSystemInfos())
            if (entry.FullName != _tasks && entry.LinkTarget is null && (entry.UnixFileMode & Others) != 0) Close(entry);
        File.SetUnixFileMode(_tasks, Passage);
        File.SetUnixFileMode(dataDirectory, File.GetUnixFileMode(dataDirectory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    /// <summary>The first folder above the tasks' files that tasks of another user cannot pass; empty where they can.</summary>
    public string Barrier()
    {
        if (user is null) return "";
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(dataDirectory)); folder is not null; folder = Path.GetDirectoryName(folder))
            if (System.IO.Directory.Exists(folder) && (File.GetUnixFileMode(folder) & UnixFileMode.OtherExecute) == 0) return folder;
        return "";
    }

    private static void Close(FileSystemInfo entry)
    {
        try
        {
            entry.UnixFileMode &= ~Others;
        }
        catch (FileNotFoundException)
        {
            // it was somebody's temporary file
        }
    }

    /// <summary>Makes the task's directories and puts an earlier attempt's output aside.</summary>
    /// <returns>Empty, or in one line what is wrong.</returns>
    public string Prepare(TaskId task, int attempt, bool ownWork)
    {
        var directory = Directory(task);
        if (_lastPool != task.Pool)
        {
            try
            {
                System.IO.Directory.CreateDirectory($"{_tasks}/{task.Pool}");
                if (user is not null) File.SetUnixFileMode($"{_tasks}/{task.Pool}", Passage);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return $"the data directory {_tasks} cannot be written: {e.Message}";
            }
            _lastPool = task.Pool;
        }
        var error = Make(directory);
        if (error == Errno.NoEntry)
        {
            _lastPool = ""; // somebody removed the pool's directory: make it again
            return Prepare(task, attempt, ownWork);
        }
        if (error == 0 && ownWork) error = Make(Work(task));
        if (error == 0) error = Make(Checkpoint(task));
        if (error == 0 && user is not null) error = Give(task, user, ownWork);
        if (error != 0) return Explain(directory, error);
        if (attempt > 1)
        {
            PutAside(Output(task));
            PutAside(Error(task));
        }
        return "";
    }

    internal static string Explain(string path, int error) => error switch
    {
        Errno.NoSpace or Errno.Quota => $"the disk that holds {path} is full: free some space or use another --data",
        Errno.ReadOnly => $"{path} cannot be written: its file system is read-only",
        _ => $"{path} cannot be written: {LibC.Describe(error)}",
    };

    private static int Make(string directory) => Sys.MakeDirectory(directory) is var error && error == Errno.Exists ? 0 : error;

    // The folder stays ours, so that a task cannot put something else in the place of its output: only the task's group passes it.
    private int Give(TaskId task, TaskUser user, bool ownWork)
    {
        var numbers = user.For(task);
        var error = Sys.GiveDirectory(Directory(task), 0, numbers.Group, user.OwnGroups ? 0x1c8u /* 0710 */ : 0x1c9u /* 0711 */);
        if (error == 0 && ownWork) error = Sys.GiveDirectory(Work(task), numbers.User, numbers.Group, 0x1c0 /* 0700 */);
        return error == 0 ? Sys.GiveDirectory(Checkpoint(task), numbers.User, numbers.Group, 0x1c0) : error;
    }

    private static void PutAside(string file)
    {
        if (!File.Exists(file)) return;
        for (var i = 1; i < 10_000; i++)
        {
            if (File.Exists($"{file}.{i}")) continue;
            File.Move(file, $"{file}.{i}");
            return;
        }
    }
}
