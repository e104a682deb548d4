using Granary.Execution.Posix;
using Granary.Model;

namespace Granary.Execution.Processes;

/// <summary>
/// Where a task's files lie below the data directory: <c>tasks/POOL/N/{stdout,stderr,work/,checkpoint/}</c>. The newest attempt writes
/// <c>stdout</c> and <c>stderr</c>; those of earlier attempts on this machine are <c>stdout.1</c>, <c>stdout.2</c>, ... in the order they ran.
/// </summary>
public sealed class TaskFiles(string dataDirectory)
{
    private readonly string _tasks = Path.Combine(dataDirectory, "tasks");
    private string _lastPool = "";

    public string Directory(TaskId task) => $"{_tasks}/{task.Pool}/{task.Number}";
    public string Output(TaskId task) => Directory(task) + "/stdout";
    public string Error(TaskId task) => Directory(task) + "/stderr";
    public string Work(TaskId task) => Directory(task) + "/work";
    public string Checkpoint(TaskId task) => Directory(task) + "/checkpoint";

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
