using System.Net.Sockets;
using Granary.Execution.Posix;

namespace Granary.Execution.Shim;

/// <summary>Finds the shim of a node's directory, or starts one that is nobody's child: in a session of its own, it outlives us.</summary>
internal sealed class ShimLaunch(ShimOptions options, IReadOnlyList<string> command, TimeSpan patience)
{
    private int _child;

    /// <summary>The program this process runs, with the verb of the shim: right for every program that hands the verb to it.</summary>
    public static IReadOnlyList<string> OwnProgram()
    {
        var program = Environment.ProcessPath ?? "granary";
        // "dotnet x.dll": the assembly has to be named again
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, System.Reflection.Assembly.GetEntryAssembly()!.Location, ShimProgram.Verb]
            : [program, ShimProgram.Verb];
    }

    /// <exception cref="IOException">In one line why no shim could be had.</exception>
    public async Task<Socket> Connect(CancellationToken cancel)
    {
        Directory.CreateDirectory(options.Directory);
        File.SetUnixFileMode(options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var started = false;
        var deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                return ShimFiles.Connect(options.Directory);
            }
            catch (SocketException e) when (Environment.TickCount64 > deadline)
            {
                throw new IOException($"the shim in {options.Directory} does not answer ({e.SocketErrorCode}); its messages are in {Messages}");
            }
            catch (SocketException)
            {
                // one that ended right after its start (another held the lock on its way out) is started again
                if (!started || Ended()) Start();
                started = true;
                await Task.Delay(5, cancel);
            }
        }
    }

    private string Messages => Path.Combine(options.Directory, ShimFiles.Messages);

    private void Start()
    {
        _ = Ended(); // of one that died before: nobody else waits for it
        using var spawner = new Spawner();
        string[] environment = [.. ShimProgram.Environment, .. Inherited()];
        var error = spawner.Start(new SpawnRequest(command[0], [.. command, .. options.ToArguments()], environment, "/", Messages, Messages), out _child);
        if (error != 0) throw new IOException($"the shim could not be started: {command[0]}: {LibC.Describe(error)}");
    }

    private bool Ended()
    {
        if (_child == 0 || !Sys.Reap(_child, out _, out _)) return false;
        _child = 0;
        return true;
    }

    private static IEnumerable<string> Inherited()
    {
        foreach (var name in new[] { "PATH", "HOME", "TMPDIR", "DOTNET_ROOT" })
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) yield return $"{name}={value}";
    }
}
