using System.Runtime.InteropServices;

namespace Granary.Execution.Posix;

/// <summary>
/// Whose rights the calling thread has. The kernel keeps them for each thread (the C library's functions change all threads: these here do not),
/// and posix_spawn(3) gives a child those of the thread that calls it: so a child of another user costs no further program.
/// </summary>
internal static class Credentials
{
    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly nint SetUserIds = Arm ? 147 : 117;
    private static readonly nint SetGroupIds = Arm ? 149 : 119;
    private static readonly nint SetGroups = Arm ? 159 : 116;

    /// <summary>This architecture's system calls are known.</summary>
    public static bool Known => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>
    /// Takes another user's real and effective numbers; root stays behind as the saved one, for <see cref="BackToRoot"/>. execve(2) replaces
    /// the saved number by the effective one and empties the capabilities of who is not root, so that the program has no way back.
    /// </summary>
    /// <returns>0, or the error number; the thread is root then.</returns>
    public static unsafe int Become(LaunchUser user)
    {
        if (!Known) return Errno.NotImplemented;
        // groups first: who is not root any more cannot change them
        var further = user.AccountGroup;
        var error = Call(SetGroups, 1, (nint)(&further), 0);
        if (error == 0) error = Call(SetGroupIds, (nint)user.Group, (nint)user.Group, 0);
        if (error == 0) error = Call(SetUserIds, (nint)user.User, (nint)user.User, 0);
        if (error != 0) BackToRoot();
        return error;
    }

    /// <summary>Undoes <see cref="Become"/>. A thread that cannot come back ends the process: nothing it did after would be right.</summary>
    public static void BackToRoot()
    {
        if (Call(SetUserIds, 0, 0, 0) != 0 || Call(SetGroupIds, 0, 0, 0) != 0) Environment.FailFast("a thread could not become root again");
    }

    /// <summary>What the calling thread starts from now on can gain no rights by set-user-id programs or file capabilities, nor inherits any.</summary>
    public static void GiveUpNewPrivileges()
    {
        _ = LibC.prctl(LibC.SetNoNewPrivileges, 1, 0, 0, 0);
        _ = LibC.prctl(LibC.AmbientCapabilities, LibC.ClearAllAmbient, 0, 0, 0);
    }

    private static int Call(nint number, nint a, nint b, nint c) => LibC.syscall(number, a, b, c) == 0 ? 0 : Marshal.GetLastPInvokeError();
}
