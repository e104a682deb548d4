using Granary.Execution.Posix;
using Granary.Execution.Processes;

namespace Granary.Execution.Shim;

/// <summary>posix_spawn says only that some step failed: this looks which one it must have been and says it in one line.</summary>
internal static class SpawnFailure
{
    // A guess by the bits for everybody; it only chooses the words.
    private static bool MayPass(string directory)
    {
        for (var folder = Path.GetFullPath(directory); folder is not null; folder = Path.GetDirectoryName(folder))
            if ((File.GetUnixFileMode(folder) & UnixFileMode.OtherExecute) == 0) return false;
        return true;
    }

    public static string Explain(LaunchPlan plan, int error)
    {
        var outputs = Path.GetDirectoryName(plan.Output) ?? "/";
        if (error is Errno.NoSpace or Errno.Quota) return TaskFiles.Explain(outputs, error);
        if (!Directory.Exists(plan.WorkingDirectory)) return $"working directory {plan.WorkingDirectory} does not exist";
        if (!Sys.CanAccess(plan.WorkingDirectory, LibC.AccessExecute)) return $"working directory {plan.WorkingDirectory} cannot be entered";
        if (plan.User is not null && (error is Errno.NotPermitted or Errno.Invalid or Errno.NotImplemented))
            return $"the task's user {plan.User?.User} cannot be taken here ({LibC.Describe(error)}): the server needs the rights of root for it, or set Node:RunAs=root";
        if (!Directory.Exists(outputs)) return $"the output directory {outputs} does not exist";
        if (!Sys.CanAccess(outputs, LibC.AccessWrite)) return TaskFiles.Explain(outputs, error);
        var name = plan.Arguments.Count > 0 ? plan.Arguments[0] : plan.Program;
        return error switch
        {
            Errno.NoEntry when File.Exists(plan.Program) => $"'{name}' names an interpreter that is not here: look at its first line",
            Errno.NoEntry => $"no such program '{name}'",
            Errno.NotExecutable => $"'{name}' is not a program that this machine can run: a script needs '#!' and its interpreter in its first line",
            Errno.Access when plan is { User: not null, OwnWork: false } && !MayPass(plan.WorkingDirectory) =>
                $"working directory {plan.WorkingDirectory} cannot be entered by user {plan.User?.User}, as whom tasks run: chmod it and the folders above, or set Node:RunAs",
            Errno.Access when plan.User is { } runner =>
                $"'{name}' may not be run by user {runner.User}, as whom tasks run: chmod it and the folders above, or set Node:RunAs",
            Errno.Access => $"'{name}' may not be run: {LibC.Describe(error)}",
            Errno.TooBig => "the arguments and environment are longer than the kernel takes",
            Errno.Again => "the machine allows no more processes: see ulimit -u and pids.max",
            Errno.NoMemory => "the machine has no memory left to start a process",
            _ => $"'{name}' could not be started: {LibC.Describe(error)}",
        };
    }
}
