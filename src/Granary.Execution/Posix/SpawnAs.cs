namespace Granary.Execution.Posix;

/// <summary>
/// Starts a process as another user: what only root may open (output below a closed data directory) is opened first, then
/// the calling thread takes the user's rights for as long as the start takes, and the child keeps them.
/// </summary>
internal static class SpawnAs
{
    private const uint OwnerOnly = 0x180; // 0600

    /// <param name="ownWork">Enter the working directory whoever may pass the folders above it; else the user must be able to.</param>
    /// <param name="third">Open descriptor to give the child as its descriptor 3; -1 for none.</param>
    /// <returns>0 and the pid, or the error number of the first step that failed.</returns>
    public static int Start(Spawner spawner, in SpawnRequest request, LaunchUser user, bool ownWork, int third, out int pid)
    {
        pid = 0;
        var (output, error, work) = (-1, -1, -1);
        try
        {
            if ((output = OpenOutput(request.Output, user)) < 0) return -output;
            if ((error = OpenOutput(request.Error, user)) < 0) return -error;
            if (ownWork && (work = Sys.Open(request.WorkingDirectory, LibC.OpenPathOnly | LibC.OpenDirectory | LibC.OpenNoFollow)) < 0) return -work;
            var refused = Credentials.Become(user);
            if (refused != 0) return refused;
            try
            {
                return spawner.Start(request, out pid, new OpenFiles(output, error, work, third));
            }
            finally
            {
                Credentials.BackToRoot();
            }
        }
        finally
        {
            foreach (var descriptor in (ReadOnlySpan<int>)[output, error, work])
                if (descriptor >= 0) _ = LibC.close(descriptor);
        }
    }

    // It is the user's, so that /dev/stdout can be opened again, in a folder where only root can put something else in its place.
    private static int OpenOutput(string path, LaunchUser user)
    {
        const int Flags = LibC.OpenWriteOnly | LibC.OpenCreate | LibC.OpenAppend | LibC.OpenTruncate;
        var file = Sys.Open(path, Flags | LibC.OpenNoFollow, OwnerOnly);
        if (file >= 0 && LibC.fchown(file, user.User, user.Group) == 0) _ = LibC.fchmod(file, OwnerOnly);
        return file;
    }
}
