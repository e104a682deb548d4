using Granary.Execution.Posix;
using Granary.Model;

namespace Granary.Execution.Processes;

/// <summary>Turns an assignment into a launch plan: finds the program, makes the task's directories, checks what can be checked.</summary>
internal sealed class LaunchPlanner(TaskFiles files, Func<string, string?> inherited, DiskSpace disk, TaskUser? user = null, NodeIsolation? isolation = null)
{
    // a quarter of the default stack limit of 8 MiB is what execve(2) takes; some systems allow more
    private const long MostBytes = 6 * 1024 * 1024;

    private static readonly Dictionary<string, string> EmptyEnvironment = [];

    /// <returns>A plan, or null and in one line what is wrong.</returns>
    public (LaunchPlan? Plan, string Error) Plan(Assignment assignment)
    {
        var (lease, spec) = (assignment.Lease, assignment.Spec);
        if (spec.Command.Count == 0) return (null, "there is no command to run");
        if (!Names.IsValid(lease.Task.Pool)) return (null, $"pool name '{lease.Task.Pool}' is not valid: {Names.Rule}");
        if (WhyUnfit(spec) is { Length: > 0 } unfit) return (null, unfit);
        if (disk.WhyFull() is { Length: > 0 } full) return (null, full);

        var ownWork = spec.WorkingDirectory.Length == 0;
        var error = files.Prepare(lease.Task, lease.Attempt, ownWork);
        if (error.Length > 0) return (null, error);
        var directory = ownWork ? files.Work(lease.Task) : spec.WorkingDirectory;
        if (!ownWork && WhyUnusable(directory) is { Length: > 0 } unusable) return (null, unusable);

        string program;
        IReadOnlyList<string> arguments;
        if (spec.Shell)
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
        return (new LaunchPlan
        {
            Lease = lease,
            Program = program,
            Arguments = arguments,
            Environment = LaunchEnvironment.Build(assignment, directory, files.Checkpoint(lease.Task), inherited, user),
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
        }, "");
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
