using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Granary.Storage;

/// <summary>
/// A file opened without .NET's own advisory lock: that one is shared for every <see cref="FileShare"/> but None, so a second
/// process could not even read the owner's process id. Linux values of the flags.
/// </summary>
internal static partial class LockFile
{
    public const int WouldBlock = 11;

    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int CloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180;
    private const int Exclusive = 2;
    private const int NonBlocking = 4;

    /// <exception cref="IOException">It cannot be opened; the message is the system's.</exception>
    public static SafeFileHandle Open(string path, bool create)
    {
        var descriptor = OpenFile(path, ReadWrite | CloseOnExec | (create ? Create : 0), OwnerOnly);
        if (descriptor < 0) throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <returns>0, or the error number: <see cref="WouldBlock"/> when another has it.</returns>
    public static int TryLock(SafeFileHandle file) =>
        Flock(file, Exclusive | NonBlocking) == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle descriptor, int operation);
}
