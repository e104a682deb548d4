using System.Globalization;
using System.Runtime.InteropServices;
using Granary.Execution.Posix;

namespace Granary.Execution;

/// <summary>The machine's accounts, wherever it keeps them (getpwnam(3)).</summary>
internal static unsafe class Accounts
{
    private static readonly Lock Gate = new();

    /// <param name="user">A name, or else a number.</param>
    public static Account? Find(string user)
    {
        // the answer lies in one buffer of the library
        lock (Gate)
        {
            var entry = LibC.getpwnam(user);
            if (entry == null && uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) entry = LibC.getpwuid(id);
            if (entry == null) return null;
            var home = Marshal.PtrToStringUTF8((nint)entry->Home) ?? "";
            return new(Marshal.PtrToStringUTF8((nint)entry->Name) ?? user, entry->UserId, entry->GroupId, Directory.Exists(home) ? home : "");
        }
    }
}
