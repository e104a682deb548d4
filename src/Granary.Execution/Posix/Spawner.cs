using System.Runtime.InteropServices;

namespace Granary.Execution.Posix;

/// <summary>
/// Starts processes by posix_spawn(3): no shell, no copy of our memory, no descriptor of ours (all are close-on-exec), a session and
/// process group of its own, default signals. One per thread.
/// </summary>
internal sealed unsafe class Spawner : IDisposable
{
    private readonly NativeStrings _strings = new();
    private readonly void* _attributes;
    private readonly void* _actions;

    public Spawner()
    {
        _attributes = NativeMemory.AllocZeroed(LibC.SpawnAttributesSize);
        _actions = NativeMemory.AllocZeroed(LibC.SpawnFileActionsSize);
        var signals = stackalloc byte[LibC.SignalSetSize];
        _ = LibC.posix_spawnattr_init(_attributes);
        _ = LibC.posix_spawnattr_setflags(_attributes,
            LibC.SpawnSetSession | LibC.SpawnSetSignalDefault | LibC.SpawnSetSignalMask);
        // .NET ignores SIGPIPE, which a child would inherit
        _ = LibC.sigfillset(signals);
        _ = LibC.posix_spawnattr_setsigdefault(_attributes, signals);
        _ = LibC.sigemptyset(signals);
        _ = LibC.posix_spawnattr_setsigmask(_attributes, signals);
        if (LibC.AddCloseFrom is null) Sys.CloseOnExec();
    }

    /// <returns>0 and the pid, or the error number of the first step that failed.</returns>
    /// <param name="request">What to start.</param>
    /// <param name="pid">The process, where it was started.</param>
    /// <param name="open">Descriptors to use in the place of the request's paths.</param>
    public int Start(in SpawnRequest request, out int pid, OpenFiles? open = null)
    {
        pid = 0;
        var characters = request.Program.Length + request.WorkingDirectory.Length + request.Output.Length + request.Error.Length + 16;
        foreach (var s in request.Arguments) characters += s.Length;
        foreach (var s in request.Environment) characters += s.Length;
        _strings.Reset(request.Arguments.Count + request.Environment.Count + 8, characters);

        var program = _strings.Add(request.Program);
        _ = LibC.posix_spawn_file_actions_init(_actions);
        try
        {
            var create = LibC.OpenWriteOnly | LibC.OpenCreate | LibC.OpenAppend | LibC.OpenTruncate;
            _ = LibC.posix_spawn_file_actions_addopen(_actions, 0, _strings.Add("/dev/null"), LibC.OpenReadOnly, 0);
            if (open is { Output: >= 0 } files)
            {
                _ = LibC.posix_spawn_file_actions_adddup2(_actions, files.Output, 1);
                _ = LibC.posix_spawn_file_actions_adddup2(_actions, files.Error, 2);
            }
            else
            {
                _ = LibC.posix_spawn_file_actions_addopen(_actions, 1, _strings.Add(request.Output), create, 0x1a4 /* 0644 */);
                _ = LibC.posix_spawn_file_actions_addopen(_actions, 2, _strings.Add(request.Error), create, 0x1a4);
            }
            if (open is { WorkingDirectory: >= 0 }) _ = LibC.posix_spawn_file_actions_addfchdir_np(_actions, open.Value.WorkingDirectory);
            else _ = LibC.posix_spawn_file_actions_addchdir_np(_actions, _strings.Add(request.WorkingDirectory));
            // last, since it may take the number of one of those above
            var third = open is { Third: >= 0 };
            if (third) _ = LibC.posix_spawn_file_actions_adddup2(_actions, open!.Value.Third, 3);
            // .NET opens everything close-on-exec, but who started us may have left more open
            if (LibC.AddCloseFrom is not null) _ = LibC.AddCloseFrom(_actions, third ? 4 : 3);
            var argv = _strings.AddArray(request.Arguments);
            var envp = _strings.AddArray(request.Environment);
            int child;
            var error = LibC.posix_spawn(&child, program, _actions, _attributes, argv, envp);
            if (error == 0) pid = child;
            return error;
        }
        finally
        {
            _ = LibC.posix_spawn_file_actions_destroy(_actions);
        }
    }

    public void Dispose()
    {
        _ = LibC.posix_spawnattr_destroy(_attributes);
        NativeMemory.Free(_attributes);
        NativeMemory.Free(_actions);
        _strings.Dispose();
    }
}

/// <summary>Files that are open already, for a child that may not open them itself; -1 for none.</summary>
internal readonly record struct OpenFiles(int Output, int Error, int WorkingDirectory, int Third);

/// <param name="Program">Absolute path.</param>
/// <param name="Arguments">With the program's name first.</param>
/// <param name="Environment">Whole, as <c>NAME=value</c>.</param>
/// <param name="Output">File for standard output: emptied, then appended to, so that cutting it leaves no hole.</param>
internal readonly record struct SpawnRequest(
    string Program,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<string> Environment,
    string WorkingDirectory,
    string Output,
    string Error);
