using System.Runtime.InteropServices;
using Granary.Hardware;

namespace Granary.Execution.Shim;

/// <summary>The hidden command <c>shim --dir DIR</c>. Nothing of it uses the console: it has none.</summary>
public static class ShimProgram
{
    /// <summary>First argument that a program which hosts the shim hands over to <see cref="Main"/>.</summary>
    public const string Verb = "shim";

    /// <summary>Environment that keeps the shim small; the tasks do not inherit it.</summary>
    public static IReadOnlyList<string> Environment { get; } =
    [
        "DOTNET_gcServer=0", "DOTNET_gcConcurrent=0", "DOTNET_GCHeapHardLimit=0x10000000", "DOTNET_GCConserveMemory=5", "DOTNET_GCgen0size=0x200000",
        "DOTNET_TieredPGO=0", "DOTNET_EnableDiagnostics=0", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1",
    ];

    /// <param name="args">Without the verb.</param>
    /// <returns>0 when there was nothing left to do, 2 for wrong usage, 4 when another shim serves the directory.</returns>
    public static int Main(string[] args)
    {
        ShimOptions options;
        try
        {
            options = ShimOptions.Parse(args);
        }
        catch (ArgumentException e)
        {
            Say(e.Message);
            return 2;
        }

        Directory.CreateDirectory(options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var alone = TakeLock(Path.Combine(options.Directory, ShimFiles.Lock));
        if (alone is null)
        {
            Say($"shim: another one serves {options.Directory}");
            return 4;
        }

        using var server = new ShimServer(options, SystemRoot.Machine);
        void End(PosixSignalContext context)
        {
            // tasks do not die of a signal that was meant for their supervisor
            context.Cancel = true;
            server.EndWhenDone();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        server.Run();
        return 0;
    }

    // The earlier shim may be on its way out.
    private static FileStream? TakeLock(string path)
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                Thread.Sleep(20);
            }
        }
        return null;
    }

    private static void Say(string line)
    {
        using var error = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(2, ownsHandle: false), FileAccess.Write, 0);
        error.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
    }
}
