using Granary.Execution.Outside;
using Granary.Execution.Posix;
using Granary.Model;

namespace Granary.Execution.Processes;

/// <summary>Turns an assignment into a launch plan: finds the program, makes the task's directories, checks what can be checked.</summary>
/// <param name="cache">That tasks are told of; null for none.</param>
/// <param name="server">That tasks are told of; null for none.</param>
/// <param name="outside">For commands that run within something else; null for none.</param>
internal sealed class LaunchPlanner(TaskFiles files, Func<string, string?> inherited, DiskSpace disk, TaskUser? user = null, NodeIsolation? isolation = null, IReadOnlyDictionary<ExecutorKind, IOutside>? outside = null, Caching.TaskCache? cache = null, TaskServer? server = null)
{
    // a quarter of the default stack limit of 8 MiB is what execve(2) takes; some systems allow more
    private const long MostBytes = 6 * 1024 * 1024;

    /// <summary>The node's shared pool, where there is one. Containers have their own /dev/shm and numbering of processes, and do not get it.</summary>
    public string? SharedMemory { get; set; }

    private static readonly Dictionary<string, string> EmptyEnvironment = [];

    /// <returns>A plan, or null and in one line what is wrong.</returns>
    public (LaunchPlan? Plan, string Error) Plan(Assignment assignment)
    {
        var (lease, spec) = (assignment.Lease, assignment.Spec);
        var kind = Executors.Of(spec);
        if (spec.Command.Count == 0 && kind != ExecutorKind.Container) return (null, "there is no command to run");
        if (!Names.IsValid(lease.Task.Pool)) return (null, $"pool name '{lease.Task.Pool}' is not valid: {Names.Rule}");
        if (WhyUnfit(spec) is { Length: > 0 } unfit) return (null, unfit);
        if (disk.WhyFull() is { Length: > 0 } full) return (null, full);

        // a container's working directory is within it
        var ownWork = spec.WorkingDirectory.Length == 0 || kind == ExecutorKind.Container;
        var error = files.Prepare(lease.Task, lease.Attempt, ownWork);
        if (error.Length > 0) return (null, error);
        var directory = ownWork ? files.Work(lease.Task) : spec.WorkingDirectory;
        if (!ownWork && WhyUnusable(directory) is { Length: > 0 } unusable) return (null, unusable);

        string program;
        IReadOnlyList<string> arguments;
        if (kind == ExecutorKind.Container)
        {
            program = ""; // in the image
            arguments = spec.Command;
        }
        else if (spec.Shell)
        {
            program = "/bin/sh";
            arguments = ["sh", "-c", string.Join(' ', spec.Command)];
        }
        else
        {
            (program, error) = ProgramResolver.Resolve(spec.Command[0], LaunchEnvironment.PathOf(spec, inherited), directory);
            if (error.Length > 0) return (null, error);
            arguments = spec.Command;
        }
        return Within(assignment, kind, new LaunchPlan
        {
            Lease = lease,
            Program = program,
            Arguments = arguments,
            Environment = LaunchEnvironment.Build(assignment, directory, files.Checkpoint(lease.Task), inherited, user, kind == ExecutorKind.Container ? null : SharedMemory, kind == ExecutorKind.Container ? null : cache?.For(spec.Agent), kind == ExecutorKind.Container ? null : server),
            WorkingDirectory = directory,
            Output = files.Output(lease.Task),
            Error = files.Error(lease.Task),
            User = user?.For(lease.Task),
            OwnWork = ownWork,
            OutputLimitBytes = spec.OutputLimitBytes,
            MemoryMiB = spec.Resources.MemoryMiB,
            CpuMilli = spec.Resources.CpuMilli,
            Isolation = (isolation ?? NodeIsolation.None).For(assignment),
            TimeLimit = spec.TimeLimit,
            KillGrace = spec.KillGrace,
        });
    }

    private (LaunchPlan? Plan, string Error) Within(Assignment assignment, ExecutorKind kind, LaunchPlan plain)
    {
        if (kind == ExecutorKind.Process) return (plain, "");
        if (outside?.GetValueOrDefault(kind) is not { } other)
            return (null, kind == ExecutorKind.Scope ? "this node has no systemd scopes; 'granary doctor' there says what is missing" : $"this node runs no {Executors.Word(kind)}");
        var (record, error) = other.Describe(assignment);
        return record is null ? (null, error) : other.Plan(assignment, record, plain);
    }

    // What cannot be said in C's strings would be cut short without a word.
    private static string WhyUnfit(TaskSpec spec)
    {
        long size = 0;
        foreach (var argument in spec.Command)
        {
            if (argument.Contains('\0', StringComparison.Ordinal)) return "the command contains a NUL character";
            size += argument.Length + 9;
        }
        if (spec.WorkingDirectory.Contains('\0', StringComparison.Ordinal)) return "the working directory contains a NUL character";
        foreach (var (name, value) in spec.Environment ?? EmptyEnvironment)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0')) return $"'{name.Replace('\0', '?')}' is no name for an environment variable";
            if (value.Contains('\0', StringComparison.Ordinal)) return $"the environment variable {name} contains a NUL character";
            size += name.Length + value.Length + 10;
        }
        return size > MostBytes ? "the arguments and environment are longer than the kernel takes" : "";
    }

    // A task writes where it works: one that cannot is refused before it fails halfway.
    private static string WhyUnusable(string directory) =>
        directory[0] != '/' ? $"working directory {directory} is not an absolute path"
        : !Directory.Exists(directory) ? File.Exists(directory)
            ? $"working directory {directory} is a file"
            : $"working directory {directory} does not exist"
        : !Sys.CanAccess(directory, LibC.AccessExecute) ? $"working directory {directory} cannot be entered"
        : !Sys.CanAccess(directory, LibC.AccessWrite) ? $"working directory {directory} cannot be written"
        : "";
}
