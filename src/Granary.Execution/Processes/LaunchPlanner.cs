using Granary.Execution.Posix;
using Granary.Model;

namespace Granary.Execution.Processes;

/// <summary>Turns an assignment into a launch plan: finds the program, makes the task's directories, checks what can be checked.</summary>
internal sealed class LaunchPlanner(TaskFiles files, Func<string, string?> inherited, DiskSpace disk)
{
    /// <returns>A plan, or null and in one line what is wrong.</returns>
    public (LaunchPlan? Plan, string Error) Plan(Assignment assignment)
    {
        var (lease, spec) = (assignment.Lease, assignment.Spec);
        if (spec.Command.Count == 0) return (null, "there is no command to run");
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
            Environment = LaunchEnvironment.Build(assignment, directory, files.Checkpoint(lease.Task), inherited),
            WorkingDirectory = directory,
            Output = files.Output(lease.Task),
            Error = files.Error(lease.Task),
            OutputLimitBytes = spec.OutputLimitBytes,
            MemoryMiB = spec.Resources.MemoryMiB,
            CpuMilli = spec.Resources.CpuMilli,
            TimeLimit = spec.TimeLimit,
            KillGrace = spec.KillGrace,
        }, "");
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
