using System.Runtime.InteropServices;

namespace Granary.Execution.Posix;

/// <summary>
/// Holds a new process back until it has been given its groups and attributes: a shell that waits for a line on descriptor 3 and then becomes the
/// task's program. When its supervisor dies meanwhile the line never comes, and the program never runs.
/// </summary>
internal sealed unsafe partial class StartGate : IDisposable
{
    private const string Wait = "read -r go <&3 || { echo 'granary: its supervisor died before it was started' >&2; exit 126; }; exec 3<&-; exec \"$@\"";

    private const int CloseOnExec = LibC.OpenCloseOnExec;

    private int _write;

    private StartGate(int read, int write)
    {
        Read = read;
        _write = write;
    }

    /// <summary>The end that the child is to have as descriptor 3.</summary>
    public int Read { get; private set; }

    /// <summary>Null when the process has no descriptors left.</summary>
    public static StartGate? Open()
    {
        var ends = stackalloc int[2];
        return pipe2(ends, CloseOnExec) == 0 ? new(ends[0], ends[1]) : null;
    }

    /// <summary>The same program behind the gate.</summary>
    public static SpawnRequest Behind(in SpawnRequest request) => request with
    {
        Program = "/bin/sh",
        Arguments = ["sh", "-c", Wait, "sh", request.Program, .. request.Arguments.Skip(1)],
    };

    /// <summary>Lets the program run.</summary>
    public void Pass()
    {
        byte line = (byte)'\n';
        _ = write(_write, &line, 1);
    }

    public void Dispose()
    {
        if (Read >= 0) _ = LibC.close(Read);
        if (_write >= 0) _ = LibC.close(_write);
        Read = _write = -1;
    }

    [LibraryImport("libc")]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte* bytes, nint count);
}
